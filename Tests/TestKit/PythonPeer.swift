package import Foundation

/// A peer written in Python that runs as a process of its own and keeps a journal.
///
/// It ends when it is let go, or with the test process, because its standard input is closed then.
package final class PythonPeer {
    /// The port it listens on; 0 on a Unix socket.
    package let port: Int
    /// A folder of its own, for journals, certificates and sockets.
    package let folder: URL
    private let process: ChildProcess

    /// Why a peer could not be started.
    package struct Missing: Error, CustomStringConvertible {
        /// What to do.
        package let description: String
    }

    /// Starts `Tests/Peers/NAME.py` and waits until it listens.
    ///
    /// - Parameters:
    ///   - name: The script.
    ///   - options: Further options; `{folder}` in them is the peer's own folder.
    /// - Throws: ``Missing`` when there is no Python or the script ended at once.
    package init(_ name: String, _ options: [String] = []) throws {
        folder = try Self.freshFolder()
        let journal = folder.appendingPathComponent("journal").path
        let folderPath = folder.path
        let own = options.map { $0.replacingOccurrences(of: "{folder}", with: folderPath) }
        let arguments = [Self.script(name), "--journal", journal] + own
        process = try ChildProcess(Self.python(), arguments)
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let piece = process.output.availableData
            guard !piece.isEmpty else { throw Missing(description: "\(name).py ended at once") }
            line.append(piece)
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "PORT", let number = Int(words[1]) else {
            throw Missing(description: "\(name).py said \(words) instead of its port")
        }
        port = number
    }

    deinit {
        process.end()
        do { try FileManager.default.removeItem(at: folder) } catch {
            print("the folder of a peer stays: \(error)")
        }
    }

    /// Every entry of the journal so far.
    package func journal<Entry: Decodable>(of type: Entry.Type) throws -> [Entry] {
        let file = folder.appendingPathComponent("journal")
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(type, from: Data($0)) }
    }

    /// Runs a script of `Tests/Peers` to its end.
    ///
    /// - Parameters:
    ///   - name: The script.
    ///   - text: What it reads from standard input.
    /// - Returns: What it wrote.
    /// - Throws: ``Missing`` when there is no Python or the script failed.
    package static func run(_ name: String, reading text: String) throws -> String {
        let folder = try freshFolder()
        defer { removeQuietly(folder) }
        let file = folder.appendingPathComponent("input")
        try Data(text.utf8).write(to: file)
        let process = try ChildProcess(python(), [script(name)], reading: file)
        let said = process.output.readDataToEndOfFile()
        let result = process.wait()
        guard result == 0 else { throw Missing(description: "\(name).py ended with \(result)") }
        return String(decoding: said, as: UTF8.self)
    }

    private static func removeQuietly(_ folder: URL) {
        do { try FileManager.default.removeItem(at: folder) } catch {
            print("a folder stays: \(error)")
        }
    }

    private static func freshFolder() throws -> URL {
        // Short, because the path of a Unix socket must fit into 108 bytes.
        let name = "till-peer-\(UInt32.random(in: 0...UInt32.max))"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private static func script(_ name: String) -> String {
        repository.appendingPathComponent("Tests/Peers/\(name).py").path
    }

    private static var repository: URL {
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        for _ in 1...3 { folder.deleteLastPathComponent() }
        return folder
    }

    private static func python() throws -> String {
        let usual = repository.appendingPathComponent(".venv/bin/python").path
        let path = ProcessInfo.processInfo.environment["TILL_TEST_PYTHON"] ?? usual
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(
                description: "there is no Python at \(path); run scripts/test, or set "
                    + "TILL_TEST_PYTHON to one that has aiosmtpd"
            )
        }
        return path
    }
}
