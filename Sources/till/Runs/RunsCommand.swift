import ArgumentParser

/// `till runs`.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Look at what workflows did, and let a run walk again.",
        subcommands: [RunsListCommand.self, RunsShowCommand.self, RunsRetryCommand.self]
    )
}
