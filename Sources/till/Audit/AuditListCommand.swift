import ArgumentParser
import Model
import SQLiteStore
import Store

/// `till audit ls`.
struct AuditListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List audit rows, newest first.",
        discussion: """
            EXAMPLES
              till audit ls --since 1h
              till audit ls --event evt_1NG8Du2eZvKYlo2CUI79vXWy
              till audit ls --action 'reload.*' -o json
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// How the list is made.
    @OptionGroup var list: ListOptions

    /// Only that action.
    @Option(help: ArgumentHelp("Only that action, or a prefix such as step.*", valueName: "action"))
    var action: String?

    /// Only rows about that event.
    @Option(help: ArgumentHelp("Only rows about that event.", valueName: "id"))
    var event: String?

    /// Only rows about that run.
    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Only rows about that run.", valueName: "run")
    )
    var runNumber: Int64?

    func run() throws {
        let rows = try settings.reader().auditRows(
            AuditFilter(
                action: action,
                event: event.map(EventID.init),
                run: runNumber.map(RunID.init),
                since: list.since?.timestamp,
                limit: list.limit
            )
        )
        list.show(rows, called: "audit rows", Self.columns) { String($0.number) }
    }

    private static let columns: [Column<AuditRow>] = [
        Column("seq", title: "ROW") { .number($0.number) },
        Column("at", shown: { Shown.moment($0.entry.at) }) { .moment($0.entry.at) },
        Column("actor") { .text($0.entry.actor) },
        Column("action") { .text($0.entry.action) },
        Column("run_id", title: "RUN", shown: { $0.entry.run?.description ?? "" }) {
            $0.entry.run.map { .number($0.number) } ?? .null
        },
        Column("event_id", title: "EVENT", flexible: true, shown: { $0.entry.event?.text ?? "" }) {
            .optional($0.entry.event?.text)
        },
        Column("detail", flexible: true) { .raw($0.entry.detail) },
        Column("hash", inTable: false) { .text($0.hash) },
    ]
}
