import ArgumentParser
import Daemon
import Foundation
import Model
import SQLiteStore
import Store

/// `till explain`.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show what would come of an event: workflows, guards, inputs, mails. No effects.",
        discussion: """
            The event is a stored one by its id, a file, or a built-in sample by its type. \
            Guards and \
            inputs are worked out by the same code as in the daemon, over the database of the \
            state \
            folder where there is one. Steps are not run, so what they leave behind is NULL. \
            Secrets \
            need not be there and are never shown.

            EXAMPLES
              till explain payment_intent.succeeded
              till explain evt_1NG8Du2eZvKYlo2CUI79vXWy
              till explain event.json --override metadata.order_id=A-7 -o json
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// The event.
    @Argument(
        help: ArgumentHelp(
            "An event's id, a file with an event, or an event type.",
            valueName: "event"
        )
    )
    var event: String

    /// What is replaced.
    @Option(
        name: .customLong("override"),
        help: ArgumentHelp("Replace a value, as in till trigger.", valueName: "path=value")
    )
    var overrides: [String] = []

    /// Whether the database is left out.
    @Flag(help: "Take the business tables as empty.")
    var emptyTables = false

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    func run() async throws {
        let sources = try settings.sources()
        let explainer = try Explainer(SettingsReader.read(sources.takingSecretsAsGiven))
        let reader = try database(sources)
        let body = try overridden(body(reader))
        let explanation: Explanation
        do {
            if let reader, !emptyTables {
                explanation = try explainer.explain(body, over: reader.expressions)
            } else {
                explanation = try await explainer.explain(body)
            }
        } catch {
            throw CommandFailure("\(event) is no event: \(error)", .data)
        }
        Words.print(
            output == .json
                ? explanation.json.pretty : Terminal.harmless(explanation.text, keepsLines: true)
        )
    }

    /// The database of the state folder, nil where there is none yet.
    private func database(_ sources: SettingsSources) throws -> SQLiteReader? {
        do {
            return try SQLiteReader.open(directory: SettingsReader.stateFolder(sources))
        } catch ReaderFailure.missing {
            return nil
        }
    }

    /// The event's text, wherever it is.
    private func body(_ reader: SQLiteReader?) throws -> String {
        if FileManager.default.fileExists(atPath: event) {
            return try String(contentsOf: URL(filePath: event), encoding: .utf8)
        }
        if let sample = TriggerFixtures.text(of: event) { return sample }
        guard event.hasPrefix("evt_") else {
            let hint = Suggestion.hint(for: event, among: TriggerFixtures.types)
            throw CommandFailure(
                "\"\(event)\" is no event's id, no file and no built-in sample\(hint)",
                .noInput
            )
        }
        guard let reader else {
            throw CommandFailure(
                "there is no database to look \(event) up in; name its folder with --state",
                .noInput
            )
        }
        guard let found = try reader.event(EventID(event)) else {
            throw try reader.missing(EventID(event))
        }
        guard let body = found.body else {
            throw CommandFailure("the body of \(event) was purged by retention", .noInput)
        }
        return body
    }

    private func overridden(_ body: String) throws -> String {
        guard !overrides.isEmpty else { return body }
        do throws(TriggerFailure) {
            var event = try TriggerEvent(body)
            let id = TriggerEvent.id(in: body)
            for override in overrides { try event.replace(override) }
            return event.body(id: id, now: Timestamp.now())
        } catch {
            throw CommandFailure(error.description, .usage)
        }
    }
}
