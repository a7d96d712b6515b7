import ArgumentParser
import Daemon
import Model

/// `till runs retry`.
struct RunsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Let runs that were given up, are unsure or wait walk again now.",
        discussion: """
            Asks the running daemon. What a settled step changed in the database is not done \
            twice: \
            its key is known. With --from start, steps that leave the house (mails, requests) are \
            done again under the key they had, so that a receiver can tell the repeat. A run whose \
            "when" could not be evaluated is judged again first.

            EXAMPLES
              till runs retry 42
              till runs retry 42 --version-of current --from start
              till runs ls --status unsure -q | xargs till runs retry
            """
    )

    /// Where the daemon's state is.
    @OptionGroup var settings: SettingsOptions

    /// How they walk again.
    @OptionGroup var retry: RetryOptions

    /// The runs.
    @Argument(help: ArgumentHelp("The runs' numbers.", valueName: "run"))
    var ids: [Int64]

    func run() async throws {
        let client = ControlClient(state: try settings.stateFolder())
        var report = RetryReport(retried: [])
        for id in ids {
            do {
                let one = try await client.retry(RunID(id), retry.wish())
                report.retried += one.retried
                report.refused += one.refused
            } catch let failure as CommandFailure where failure.code == ExitStatus.data.rawValue {
                report.refused.append(.init(run: id, reason: failure.description))
            }
        }
        try RetryOptions.show(report)
    }
}
