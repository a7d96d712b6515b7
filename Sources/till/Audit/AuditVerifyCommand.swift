import ArgumentParser
import Model
import SQLiteStore
import Store

/// `till audit verify`.
struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Recompute the hash chain of the audit log: exit code 0 when it is whole, else 65.",
        discussion: """
            Prints the number of rows and the hash of the last one. A log that was cut off at its \
            end, or whose end was written anew with all its hashes, looks whole by itself; that is \
            found with a checkpoint from elsewhere. The daemon writes one to its own log at the \
            start, each hour and at the stop. Reads only, also while the daemon writes.

            EXAMPLES
              till audit verify
              till audit verify --checkpoint 1234:9f86d0…
              journalctl -u till | till audit verify --checkpoints-in -
              till audit verify --state /mnt/backup/till -o json
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    /// Ends of the log that were kept elsewhere.
    @Option(
        help: ArgumentHelp("An end of the log that was kept elsewhere.", valueName: "seq:hash"),
        transform: AuditCheckpointCommand.read
    )
    var checkpoint: [AuditCheckpoint] = []

    /// A log of the daemon whose checkpoints are looked at.
    @Option(
        help: ArgumentHelp(
            "A log of the daemon; all checkpoints in it must hold. - for standard input.",
            valueName: "file"
        )
    )
    var checkpointsIn: String?

    func run() throws {
        let path = try settings.reader().path
        let checkpoints = try checkpoint + AuditCheckpointCommand.checkpoints(in: checkpointsIn)
        let verdict = try AuditVerifier.verify(databasePath: path, against: checkpoints)
        switch output {
        case .text:
            Words.print(
                Shown.pairs([
                    ("rows", String(verdict.rows)), ("head", verdict.head),
                    ("chain", verdict.firstBad == nil ? "whole" : "broken"),
                    ("checkpoints", String(checkpoints.count)),
                ])
            )
        case .json:
            Words.print(
                JSONValue.object([
                    ("rows", .number(verdict.rows)), ("head", .text(verdict.head)),
                    ("checkpoints", .number(Int64(checkpoints.count))),
                    ("whole", .bool(verdict.firstBad == nil)),
                    ("first_bad", verdict.firstBad.map { .number($0.sequence) } ?? .null),
                    ("reason", .optional(verdict.firstBad?.reason)),
                ]).compact
            )
        }
        guard let flaw = verdict.firstBad else { return }
        throw CommandFailure(
            "audit row \(flaw.sequence) of \(path) is not as Till wrote it: \(flaw.reason); "
                + "the \(verdict.rows) rows before it are whole. Keep the file and compare it "
                + "with a backup",
            .data
        )
    }
}
