import ArgumentParser
import Daemon

/// `till events release`.
struct EventsReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let held events go on to their workflows.",
        discussion: """
            An event is held when it is of the wrong mode or account for its endpoint, or when \
            Till crashed three times while its workflows were chosen. A released one is treated as \
            if it had just arrived: the workflows in force that take its type and mode run for it. \
            Who released it and why goes into the audit log. Asks the running daemon; prints the \
            ids of the events that go on.

            EXAMPLES
              till events ls --status held
              till events release evt_1NG8Du2eZvKYlo2CUI79vXWy --reason 'mended'
              till events release --all --reason 'the endpoint said mode: live by mistake'
            """
    )

    /// Where the daemon's state is.
    @OptionGroup var settings: SettingsOptions

    /// Why.
    @Option(help: ArgumentHelp("Why, for the audit log.", valueName: "text"))
    var reason: String

    /// Whether all are meant.
    @Flag(help: "All held events.")
    var all = false

    /// The events.
    @Argument(help: ArgumentHelp("The events' ids, evt_….", valueName: "event"))
    var ids: [String] = []

    func validate() throws {
        guard all || !ids.isEmpty else {
            throw ValidationError(
                "name the events to release, or say --all; see: till events ls --status held"
            )
        }
        guard !all || ids.isEmpty else {
            throw ValidationError("either name events or say --all, not both")
        }
    }

    func run() async throws {
        let client = ControlClient(state: try settings.stateFolder())
        var report = ReleaseReport()
        // One at a time where they are named, so that no request grows with the list.
        for events in all ? [nil] : ids.map({ [$0] }) {
            let wish = ReleaseWish(events: events, reason: reason, actor: ControlClient.actor)
            let part = try await client.release(wish)
            report.released += part.released
            report.refused += part.refused
        }
        if all, report.released.isEmpty, report.refused.isEmpty { Words.say("no held events") }
        if !report.released.isEmpty {
            Words.print(report.released.joined(separator: "\n"))
            Words.say("\(report.released.count) released; see: till runs ls --event EVENT")
        }
        guard !report.refused.isEmpty else { return }
        throw CommandFailure(report.refused.joined(separator: "\n"), .data)
    }
}
