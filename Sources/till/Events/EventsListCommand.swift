import ArgumentParser
import Model
import SQLiteStore
import Store

/// `till events ls`.
struct EventsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List events, newest first.",
        discussion: """
            Reads the database itself, whether the daemon runs or not. A status is one of \
            received, \
            done, unmatched, held, failed.

            EXAMPLES
              till events ls --since 24h --status failed,held
              till events ls --type 'charge.*' -o json
              till events ls --status failed -q | xargs -n 1 till events show
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// How the list is made.
    @OptionGroup var list: ListOptions

    /// Only those that stand so.
    @Option(
        help: ArgumentHelp("Only those that stand so.", valueName: "status,…"),
        transform: WordList<EventStatus>.read
    )
    var status: WordList<EventStatus>?

    /// Only that type.
    @Option(help: ArgumentHelp("Only that type, or a prefix such as charge.*", valueName: "type"))
    var type: String?

    func run() throws {
        let rows = try settings.reader().events(
            EventFilter(
                statuses: status?.words ?? [],
                type: type,
                since: list.since?.timestamp,
                limit: list.limit
            )
        )
        list.show(rows, called: "events", Self.columns) { $0.id.text }
        if list.output == .table, rows.contains(where: { $0.status == .held }) {
            Words.hint("to let a held one go on: till events release EVENT --reason TEXT")
        }
    }

    /// The columns of a list of events.
    static let columns: [Column<EventRow>] = [
        Column("received_at", title: "RECEIVED", shown: { Shown.moment($0.receivedAt) }) {
            .moment($0.receivedAt)
        },
        Column("id") { .text($0.id.text) },
        Column("type", flexible: true) { .text($0.type) },
        Column("status", colour: { Shown.colour($0.status) }) { .text($0.status.rawValue) },
        Column("deliveries", title: "SEEN") { .number(Int64($0.deliveries)) },
        Column("object_id", inTable: false) { .optional($0.objectID) },
        Column("endpoint", inTable: false) { .text($0.endpoint) },
        Column("livemode", inTable: false) { .bool($0.livemode) },
        Column("account", inTable: false) { .optional($0.account) },
        Column("api_version", inTable: false) { .optional($0.apiVersion) },
        Column("created_at", inTable: false) { .moment($0.created) },
        Column("reason", flexible: true, shown: { $0.reason ?? "" }) { .optional($0.reason) },
    ]
}
