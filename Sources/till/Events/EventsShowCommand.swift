import ArgumentParser
import Model
import SQLiteStore
import Store

/// `till events show`.
struct EventsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one event: its deliveries, its runs, its body.",
        discussion: """
            EXAMPLES
              till events show evt_1NG8Du2eZvKYlo2CUI79vXWy
              till events show evt_1NG8Du2eZvKYlo2CUI79vXWy --body | jq .data.object
              till events show evt_1NG8Du2eZvKYlo2CUI79vXWy -o json
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// The event.
    @Argument(help: "The event's id, evt_….")
    var id: String

    /// Whether only the body is printed.
    @Flag(help: "Print the body only, exactly as it arrived.")
    var body = false

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    func run() throws {
        let reader = try settings.reader()
        guard let event = try reader.event(EventID(id)) else {
            throw try reader.missing(EventID(id))
        }
        guard body else {
            Words.print(output == .json ? Self.json(event).compact : Self.text(event))
            if output == .text, event.row.status == .held {
                Words.hint("to let it go on: till events release \(id) --reason TEXT")
            }
            return
        }
        guard let text = event.body else {
            throw CommandFailure(
                "the body of \(id) was purged by retention; ask Stripe for the event again",
                .noInput
            )
        }
        Words.print(text)
    }

    private static func text(_ event: EventDetail) -> String {
        let row = event.row
        var text = Shown.pairs([
            ("event", row.id.text), ("type", row.type),
            ("status", row.status.rawValue + (row.reason.map { ": \($0)" } ?? "")),
            ("created", Shown.moment(row.created)), ("received", Shown.moment(row.receivedAt)),
            ("deliveries", String(row.deliveries)), ("object", Shown.text(row.objectID)),
            ("mode", row.livemode ? "live" : "test"), ("account", Shown.text(row.account)),
            ("api version", Shown.text(row.apiVersion)),
            ("endpoint", "\(row.endpoint), proven by its secret \(event.secretSlot)"),
        ])
        text += "\nRUNS\n"
        let runs = Listing(event.runs, RunsListCommand.columns.filter { $0.name != "event_id" })
        text += event.runs.isEmpty ? "none\n" : runs.text(as: .table)
        text += "\nBODY\n"
        text += event.body.map { PrettyJSON.lines(of: $0) + "\n" } ?? "purged by retention\n"
        return text
    }

    private static func json(_ event: EventDetail) -> JSONValue {
        var pairs = EventsListCommand.columns.map { ($0.name, $0.value(event.row)) }
        pairs.append(("secret_slot", .number(Int64(event.secretSlot))))
        pairs.append(("lane", .text(event.lane)))
        pairs.append(
            (
                "runs",
                .array(
                    event.runs.map { run in
                        .object(RunsListCommand.columns.map { ($0.name, $0.value(run)) })
                    }
                )
            )
        )
        pairs.append(("body", .stored(event.body)))
        return .object(pairs.map { (key: $0.0, value: $0.1) })
    }
}
