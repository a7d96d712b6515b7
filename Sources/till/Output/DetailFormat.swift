import ArgumentParser

/// How a single thing is printed.
enum DetailFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case text
    /// One JSON object.
    case json
}
