import ArgumentParser

/// `till events`.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Look at what Stripe sent.",
        subcommands: [EventsListCommand.self, EventsShowCommand.self, EventsReleaseCommand.self]
    )
}
