import ArgumentParser
import Model
import SQLiteStore
import Store

/// `till dead ls`.
struct DeadListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List runs that were given up, newest first.",
        discussion: """
            EXAMPLES
              till dead ls
              till dead ls --workflow payment-succeeded --since 7d
              till dead ls -q | wc -l
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// How the list is made.
    @OptionGroup var list: ListOptions

    /// Only those of that workflow.
    @Option(help: ArgumentHelp("Only those of that workflow.", valueName: "name"))
    var workflow: String?

    func run() throws {
        let rows = try settings.reader().runs(
            RunFilter(
                statuses: [.dead],
                workflow: workflow,
                since: list.since?.timestamp,
                limit: list.limit
            )
        )
        list.show(rows, called: "dead letters", RunsListCommand.columns) { $0.id.description }
        if list.output == .table, !rows.isEmpty {
            Words.hint("why: till runs show RUN · again: till dead retry RUN, or --all")
        }
    }
}
