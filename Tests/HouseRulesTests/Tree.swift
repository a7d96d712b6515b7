import Foundation

/// The package's folder, as the rules read it.
enum Tree {
    /// The folder that holds `Package.swift`.
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every file below a folder whose name ends so, sorted by path.
    static func paths(under folder: String, ending suffix: String) throws -> [String] {
        let all = try FileManager.default.subpathsOfDirectory(
            atPath: root.appending(path: folder).path
        )
        return all.filter { $0.hasSuffix(suffix) && !$0.contains("__pycache__") }
            .map { "\(folder)/\($0)" }.sorted()
    }

    /// The Swift files of the rooms, read once for all rules.
    static let rooms = Result { try swift(under: "Sources") }
    /// The Swift files of the tests, read once for all rules.
    static let tests = Result { try swift(under: "Tests") }

    private static func swift(under folder: String) throws -> [SourceText] {
        try paths(under: folder, ending: ".swift").map {
            SourceText(path: $0, text: try text($0))
        }
    }

    /// One file's text.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Whether a file or folder is there.
    static func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// The names directly inside a folder, sorted, hidden ones left out.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { !$0.hasPrefix(".") }.sorted()
    }
}
