import ArgumentParser
import Daemon
import Model

/// `till runs resolve`.
struct RunsResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say what became of the action of an unsure run.",
        discussion: """
            A run is unsure when Till cannot know whether a mail or request went out, and the step \
            says when-unsure: stop. Look at the receiver's side first; the step's key, which \
            `till runs show` prints, is the Message-ID or Idempotency-Key there. Then say:
              done    it happened; the run goes on with the next step, without outputs of this one
              failed  it did not, and is given up as the step's on-error says
              retry   try it again under the same key

            Who said so and why goes into the audit log.

            EXAMPLES
              till runs ls --status unsure
              till runs resolve 42 --as done --reason 'the customer has the mail'
              till runs resolve 42 --as retry --reason 'nothing at the peer under this key'
            """
    )

    /// Where the daemon's state is.
    @OptionGroup var settings: SettingsOptions

    /// What became of the action.
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("What became of the action.", valueName: "done|failed|retry")
    )
    var verdict: UnsureVerdict

    /// How the person knows.
    @Option(help: ArgumentHelp("How you know, for the audit log.", valueName: "text"))
    var reason: String

    /// The run.
    @Argument(help: ArgumentHelp("The run's number.", valueName: "run"))
    var id: Int64

    func run() async throws {
        let wish = ResolveWish(verdict: verdict, reason: reason, actor: ControlClient.actor)
        let client = ControlClient(state: try settings.stateFolder())
        let report = try await client.resolve(RunID(id), wish)
        Words.print("\(report.run)")
        Words.say("the run is \(report.status) now; see: till runs show \(report.run)")
    }
}

extension UnsureVerdict: ExpressibleByArgument {}
