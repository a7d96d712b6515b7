import ArgumentParser
import Daemon
import Foundation
import Model
import SQLiteStore

/// `till backup create`.
struct BackupCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Copy the database as of now into one file, whether the daemon runs or not.",
        discussion: """
            Everything that was acknowledged before the start is in it. It reads only, holds \
            nobody up, checks the copy and syncs it before it gets its name. Without a name it \
            goes into the folder backups of the state folder; take it to another disk from there.

            EXAMPLES
              till backup create
              till backup create /mnt/backup/till-$(date +%F).db
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    /// The file to make.
    @Argument(help: ArgumentHelp("The file to make; it must not exist.", valueName: "file"))
    var file: String?

    func run() async throws {
        let state = try settings.stateFolder()
        let path = try file ?? Self.name(in: state)
        let report = try Backup.create(of: state, at: path)
        Words.print(BackupVerifyCommand.text(report, as: output))
        let note = BackupNote(
            path: path,
            bytes: report.bytes,
            auditRow: report.audit.rows,
            actor: ControlClient.actor
        )
        do {
            try await ControlClient(state: state).note(note)
        } catch let failure as CommandFailure where failure.code == ExitStatus.unavailable.rawValue
        {
            Words.say("not in the audit log, because Till is not running")
        }
    }

    /// A name with the time in it, in a folder of its own.
    private static func name(in state: String) throws -> String {
        let folder = PathText.join(state, "backups")
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let moment = Timestamp.now().rfc3339.filter { $0.isNumber || $0 == "T" }
        return PathText.join(folder, "till-\(moment).db")
    }
}
