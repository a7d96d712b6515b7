import Foundation

/// A folder of its own for one test, removed with it.
final class TemporaryFolder {
    private let home: URL

    /// Makes the folder.
    init() throws {
        home = FileManager.default.temporaryDirectory.appending(path: "till-\(UUID())")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: home)
        } catch {
            print("left behind: \(home.path)")
        }
    }

    /// The path of something inside.
    func path(_ name: String) -> String {
        name.isEmpty ? home.path : home.appending(path: name).path
    }

    /// Writes a file and the folders above it.
    func write(_ name: String, _ text: String) throws {
        let url = home.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    /// Makes a symbolic link to a path as it is written.
    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: path(name),
            withDestinationPath: target
        )
    }
}
