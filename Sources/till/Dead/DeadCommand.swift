import ArgumentParser

/// `till dead`.
struct DeadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Look at the dead letters: runs that were given up.",
        subcommands: [DeadListCommand.self, DeadRetryCommand.self]
    )
}
