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
            Prints the number of rows and the hash of the last one. Keep that pair elsewhere: a \
            log \
            that was cut off at its end verifies, but no longer holds that hash. Reads only, also \
            while the daemon writes.

            EXAMPLES
              till audit verify
              till audit verify --state /mnt/backup/till -o json
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    func run() throws {
        let path = try settings.reader().path
        let verdict = try AuditVerifier.verify(databasePath: path)
        switch output {
        case .text:
            Words.print(
                Shown.pairs([
                    ("rows", String(verdict.rows)), ("head", verdict.head),
                    ("chain", verdict.firstBad == nil ? "whole" : "broken"),
                ])
            )
        case .json:
            Words.print(
                JSONValue.object([
                    ("rows", .number(verdict.rows)), ("head", .text(verdict.head)),
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
