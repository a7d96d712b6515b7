import ArgumentParser

/// `till runs`.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Look at what workflows did, and decide about a run.",
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsRetryCommand.self,
            RunsResolveCommand.self, RunsCancelCommand.self,
        ]
    )
}
