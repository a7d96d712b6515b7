import ArgumentParser
import Foundation
import SQLiteStore
import Store

/// `till audit checkpoint`.
struct AuditCheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Print the end of the audit log, to be kept on another machine.",
        discussion: """
            One line, the last row's number and its hash. Given to `till audit verify` later, it \
            shows whether the log was cut off or written anew since.

            EXAMPLES
              till audit checkpoint | ssh other 'cat >> till-checkpoints'
              till audit verify --checkpoint "$(tail -n 1 till-checkpoints)"
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    func run() throws {
        Words.print(try settings.reader().auditCheckpoint().description)
    }

    /// Reads a checkpoint as it was printed.
    static func read(_ text: String) throws -> AuditCheckpoint {
        guard let checkpoint = AuditCheckpoint(text) else {
            throw ValidationError("write it as it was printed: a row's number, a colon, a hash")
        }
        return checkpoint
    }

    /// The checkpoints in a log of the daemon; none without a file.
    static func checkpoints(in path: String?) throws -> [AuditCheckpoint] {
        guard let path else { return [] }
        let bytes: Data
        if path == "-" {
            bytes = try FileHandle.standardInput.readToEnd() ?? Data()
        } else {
            guard let found = FileManager.default.contents(atPath: path) else {
                throw CommandFailure("\(path) can't be read; name a log of the daemon", .noInput)
            }
            bytes = found
        }
        let checkpoints = AuditCheckpoint.all(inLog: String(decoding: bytes, as: UTF8.self))
        guard !checkpoints.isEmpty else {
            throw CommandFailure(
                "there is no line \"\(AuditCheckpoint.logMessage)\" in \(path)",
                .noInput
            )
        }
        return checkpoints
    }
}
