import Foundation
import Model
import Plugins
import Workflows
import YAMLTree

/// A golden case: broken files, a line of dashes, and exactly what Till says about them.
///
/// A line `=== path` begins a file; without one the text is the workflow `NAME.yaml`. Files below
/// `plugins/` are read as plugin folders, all others as workflows.
struct MistakeCase {
    /// The case's name, which is its file's name.
    let name: String
    /// Where it stands.
    let url: URL
    /// The broken files by path, in the order written.
    let files: [(path: String, text: String)]
    /// What is to be said.
    let expected: String
    private let input: String

    /// The line between files and messages.
    private static let dashes = "----------\n"

    /// The folder of cases beside this file.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Mistakes")

    /// The names of all cases.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".case") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// Reads a case.
    init(_ name: String) throws {
        self.name = name
        url = Self.folder.appending(path: "\(name).case")
        // Lines are cut at the byte, so that carriage returns stay in them.
        let lines = try Data(contentsOf: url).split(
            separator: UInt8(ascii: "\n"),
            omittingEmptySubsequences: false
        ).map { String(decoding: $0, as: UTF8.self) + "\n" }
        guard let end = lines.firstIndex(of: Self.dashes) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        input = lines[..<end].joined()
        expected = String(lines[(end + 1)...].joined().dropLast())
        var files: [(path: String, text: String)] = []
        for line in lines[..<end] {
            if line.hasPrefix("=== ") {
                files.append((String(line.dropFirst(4).dropLast()), ""))
            } else {
                if files.isEmpty { files.append(("\(name).yaml", "")) }
                files[files.count - 1].text += line
            }
        }
        self.files = files
    }

    /// What Till says about the files.
    func messages() throws -> String {
        var mistakes: [Mistake] = []
        for file in files where !file.path.hasPrefix("plugins/") {
            do throws(Mistakes) {
                _ = try TestHouse.reader.read(SourceFile(path: file.path, text: file.text))
            } catch {
                mistakes += error.all
            }
        }
        let text = mistakes.map(\.description).joined(separator: "\n")
        return try text + pluginMessages() + "\n"
    }

    /// Writes the expectation anew.
    func rewrite(_ messages: String) throws {
        try (input + Self.dashes + messages).write(to: url, atomically: true, encoding: .utf8)
    }

    private func pluginMessages() throws -> String {
        let plugins = files.filter { $0.path.hasPrefix("plugins/") }
        guard !plugins.isEmpty else { return "" }
        let home = FileManager.default.temporaryDirectory.appending(path: "till-\(UUID())")
        for file in plugins {
            let url = home.appending(path: file.path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try file.text.write(to: url, atomically: true, encoding: .utf8)
        }
        var messages = ""
        do throws(Mistakes) {
            _ = try PluginReader.readAll(under: home.appending(path: "plugins").path)
        } catch {
            messages = error.description.replacing(home.path + "/", with: "")
        }
        try FileManager.default.removeItem(at: home)
        return messages
    }
}
