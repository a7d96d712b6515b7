import ArgumentParser

/// How a list is printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people: columns that fit the terminal.
    case table
    /// One JSON array, one object in each line.
    case json
    /// Fields between tabs under a line of names; tab, line feed and backslash are escaped.
    case tsv
}
