import ArgumentParser
import Daemon
import Model

/// `till dead retry`.
struct DeadRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Let dead letters walk again: some, all, or those of one workflow.",
        discussion: """
            Asks the running daemon; prints the numbers of the runs that walk again.

            EXAMPLES
              till dead retry 42 43
              till dead retry --all --workflow payment-succeeded
              till dead retry --all --version-of current
            """
    )

    /// Where the daemon's state is.
    @OptionGroup var settings: SettingsOptions

    /// How they walk again.
    @OptionGroup var retry: RetryOptions

    /// Whether all are meant.
    @Flag(help: "All dead letters, or all of --workflow.")
    var all = false

    /// With `--all`: only those of that workflow.
    @Option(help: ArgumentHelp("With --all: only those of that workflow.", valueName: "name"))
    var workflow: String?

    /// The runs.
    @Argument(help: ArgumentHelp("The runs' numbers.", valueName: "run"))
    var ids: [Int64] = []

    func validate() throws {
        guard all || !ids.isEmpty else {
            throw ValidationError("name the runs to retry, or say --all; see: till dead ls")
        }
        guard !all || ids.isEmpty else {
            throw ValidationError("either name runs or say --all, not both")
        }
        guard workflow == nil || all else {
            throw ValidationError("--workflow goes with --all")
        }
    }

    func run() async throws {
        guard all else {
            var one = RunsRetryCommand()
            one.settings = settings
            one.retry = retry
            one.ids = ids
            return try await one.run()
        }
        let client = ControlClient(state: try settings.stateFolder())
        let report = try await client.retryDead(retry.wish(workflow: workflow))
        if report.retried.isEmpty, report.refused.isEmpty { Words.say("no dead letters") }
        try RetryOptions.show(report)
    }
}
