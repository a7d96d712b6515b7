import ArgumentParser
import Daemon
import Model
import SQLiteStore
import Store

/// `till backup restore`.
struct BackupRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the place of the database; no daemon may run there.",
        discussion: """
            Checks the backup first and refuses a damaged one. A database that is there is only \
            replaced with --force, and kept beside under another name. The tables are brought to \
            this Till's version and the restore is written into the audit log.

            What happened after the backup is not known any more: Stripe sends unacknowledged \
            events again by itself, the others are resent from its dashboard. Mails and requests \
            of runs that the backup has as open go out again under the keys they had.

            EXAMPLES
              till backup restore /mnt/backup/till-2026-02-03.db --state /var/lib/till
            """
    )

    /// Where the database goes.
    @OptionGroup var settings: SettingsOptions

    /// Whether a database that is there may be put aside.
    @Flag(help: "Put a database that is there aside.")
    var force = false

    /// The backup.
    @Argument(help: ArgumentHelp("The backup.", valueName: "file"))
    var file: String

    func run() async throws {
        let state = try settings.stateFolder()
        let (report, putAside) = try Backup.restore(
            file,
            into: state,
            isForced: force,
            at: Timestamp.now()
        )
        let memory = try SQLiteMemory.open(directory: state, clock: Timestamp.now)
        let note = BackupNote(
            path: file,
            bytes: report.bytes,
            auditRow: report.audit.rows,
            isRestored: true,
            actor: ControlClient.actor
        )
        try await memory.audit(note.entry(at: Timestamp.now()))
        await memory.close()
        Words.print(memory.path)
        if let putAside { Words.say("the database that was there is \(putAside) now") }
        Words.say("\(report.events) events, \\(report.runs) runs; start Till with `till serve`")
    }
}
