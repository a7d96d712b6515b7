import ArgumentParser
import Daemon
import Model

/// `till runs cancel`.
struct RunsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Take a run out of the walk for good.",
        discussion: """
            For a pending or waiting run that must not go on, and for a dead or unsure one that \
            nobody is going to retry. It ends as skipped; what its steps did stays done, and \
            on-failure is not walked. Who cancelled it and why goes into the audit log.

            EXAMPLES
              till runs cancel 42 --reason 'refunded by hand in the dashboard'
            """
    )

    /// Where the daemon's state is.
    @OptionGroup var settings: SettingsOptions

    /// Why.
    @Option(help: ArgumentHelp("Why, for the audit log.", valueName: "text"))
    var reason: String

    /// The run.
    @Argument(help: ArgumentHelp("The run's number.", valueName: "run"))
    var id: Int64

    func run() async throws {
        let wish = ResolveWish(reason: reason, actor: ControlClient.actor)
        let client = ControlClient(state: try settings.stateFolder())
        let report = try await client.cancel(RunID(id), wish)
        Words.print("\(report.run)")
        Words.say("the run is cancelled")
    }
}
