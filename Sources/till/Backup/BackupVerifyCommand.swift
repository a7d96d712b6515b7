import ArgumentParser
import SQLiteStore
import Store

/// `till backup verify`.
struct BackupVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a backup: exit code 0 when it is good, 65 when it is damaged.",
        discussion: """
            Reads the whole file: every page and index, every reference between tables, the \
            schema's version and the audit log. A backup of a newer Till ends with 78.

            EXAMPLES
              till backup verify /mnt/backup/till-2026-02-03.db
              till backup verify till.db --checkpoint "$(cat till-checkpoint)" -o json
            """
    )

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    /// Ends of the audit log that were kept elsewhere.
    @Option(
        help: ArgumentHelp(
            "An end of the audit log that was kept elsewhere, from before the backup.",
            valueName: "seq:hash"
        ),
        transform: AuditCheckpointCommand.read
    )
    var checkpoint: [AuditCheckpoint] = []

    /// The backup.
    @Argument(help: ArgumentHelp("The backup.", valueName: "file"))
    var file: String

    func run() throws {
        Words.print(Self.text(try Backup.verify(file, against: checkpoint), as: output))
    }

    /// What is in a good backup, printed.
    static func text(_ report: BackupReport, as format: DetailFormat) -> String {
        let end = AuditCheckpoint(sequence: report.audit.rows, hash: report.audit.head)
        switch format {
        case .text:
            return Shown.pairs([
                ("backup", report.path), ("size", Shown.size(report.bytes)),
                ("schema", String(report.schema)), ("events", String(report.events)),
                ("runs", String(report.runs)), ("audit log", "whole, \(end)"),
            ])
        case .json:
            return JSONValue.object([
                ("path", .text(report.path)), ("bytes", .number(report.bytes)),
                ("schema", .number(report.schema)), ("events", .number(report.events)),
                ("runs", .number(report.runs)), ("checkpoint", .text(end.description)),
            ]).compact
        }
    }
}
