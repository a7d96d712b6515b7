import ArgumentParser
import Model
import SQLiteStore
import Store

/// `till runs ls`.
struct RunsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List runs of workflows, newest first.",
        discussion: """
            Reads the database itself, whether the daemon runs or not. A status is one of pending, \
            running, waiting, succeeded, failed, dead, skipped, unsure.

            EXAMPLES
              till runs ls --status waiting,dead
              till runs ls --workflow payment-succeeded --since 1h
              till runs ls --event evt_1NG8Du2eZvKYlo2CUI79vXWy -o json
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// How the list is made.
    @OptionGroup var list: ListOptions

    /// Only those that stand so.
    @Option(
        help: ArgumentHelp("Only those that stand so.", valueName: "status,…"),
        transform: WordList<RunStatus>.read
    )
    var status: WordList<RunStatus>?

    /// Only those of that workflow.
    @Option(help: ArgumentHelp("Only those of that workflow.", valueName: "name"))
    var workflow: String?

    /// Only those of that event.
    @Option(help: ArgumentHelp("Only those of that event.", valueName: "id"))
    var event: String?

    func run() throws {
        let rows = try settings.reader().runs(
            RunFilter(
                statuses: status?.words ?? [],
                workflow: workflow,
                event: event.map(EventID.init),
                since: list.since?.timestamp,
                limit: list.limit
            )
        )
        list.show(rows, called: "runs", Self.columns) { $0.id.description }
    }

    /// The columns of a list of runs.
    static let columns: [Column<RunRow>] = [
        Column("id", title: "RUN") { .number($0.id.number) },
        Column("created_at", title: "CREATED", shown: { Shown.moment($0.createdAt) }) {
            .moment($0.createdAt)
        },
        Column("workflow", flexible: true) { .text($0.workflow) },
        Column("status", colour: { Shown.colour($0.status) }) { .text($0.status.rawValue) },
        Column("event_id", title: "EVENT") { .text($0.event.text) },
        Column("event_type", inTable: false) { .text($0.eventType) },
        Column("attempts", inTable: false) { .number(Int64($0.attempts)) },
        Column("due_at", inTable: false) { .moment($0.dueAt) },
        Column("updated_at", inTable: false) { .moment($0.updatedAt) },
        Column("replay", inTable: false) { .number(Int64($0.replay)) },
        Column("version", inTable: false) { .number($0.version) },
        Column("version_hash", inTable: false) { .text($0.versionHash) },
        Column("reason", flexible: true, shown: { $0.reason ?? "" }) { .optional($0.reason) },
    ]
}
