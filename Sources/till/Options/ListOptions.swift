import ArgumentParser
import Model

/// What every list takes.
struct ListOptions: ParsableArguments {
    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How the list is printed.")
    var output = OutputFormat.table

    /// Whether only ids are printed.
    @Flag(name: [.customShort("q"), .long], help: "Print ids only, one in each line.")
    var quiet = false

    /// How many rows at most.
    @Option(help: ArgumentHelp("How many rows at most.", valueName: "n"))
    var limit = 50

    /// Only what is younger.
    @Option(
        help: ArgumentHelp(
            "Only what is not older: 90s, 30m, 24h, 7d, or a date such as 2026-02-03T04:05Z.",
            valueName: "when"
        )
    )
    var since: Moment?

    func validate() throws {
        guard (1...100_000).contains(limit) else {
            throw ValidationError("--limit must be a number from 1 to 100000, not \(limit)")
        }
    }

    /// Prints rows as the options say.
    ///
    /// - Parameters:
    ///   - rows: What to print.
    ///   - what: What they are called, for an empty list.
    ///   - columns: The columns.
    ///   - id: What `-q` prints.
    func show<Row>(
        _ rows: [Row],
        called what: String,
        _ columns: [Column<Row>],
        id: (Row) -> String
    ) {
        if quiet {
            if !rows.isEmpty { Words.print(rows.map(id).joined(separator: "\n")) }
            return
        }
        let text = Listing(rows, columns).text(as: output)
        if !text.isEmpty { Words.print(text) }
        guard output == .table else { return }
        if rows.isEmpty {
            Words.say("no \(what)")
        } else if rows.count == limit {
            Words.hint("the newest \(limit); more with --limit")
        }
    }
}
