/// What a reload came to; told by log, metric, audit row and command line alike.
package struct ReloadReport: Sendable, Codable, Hashable {
    /// Whether the new rules are in force; otherwise nothing has changed.
    package var applied: Bool
    /// Which set of rules is in force, counted from 1 at the start.
    package var generation: Int
    /// Hash of the rules in force: 64 hexadecimal digits.
    package var hash: String
    /// Workflows in force.
    package var workflows: Int
    /// Plugins in force.
    package var plugins: Int
    /// Settings that changed and are in force now, by name.
    package var changed: [String]
    /// Settings that changed in the file and need a restart, by name.
    package var needsRestart: [String]
    /// Everything that is wrong, as a person reads it; empty when applied.
    package var mistakes: [String]
    /// What looks wrong and is no mistake.
    package var warnings: [String]
    /// When, in milliseconds since 1970 UTC.
    package var at: Int64

    /// Makes a report.
    package init(
        applied: Bool,
        generation: Int,
        hash: String,
        workflows: Int,
        plugins: Int,
        changed: [String] = [],
        needsRestart: [String] = [],
        mistakes: [String] = [],
        warnings: [String] = [],
        at: Int64
    ) {
        self.applied = applied
        self.generation = generation
        self.hash = hash
        self.workflows = workflows
        self.plugins = plugins
        self.changed = changed
        self.needsRestart = needsRestart
        self.mistakes = mistakes
        self.warnings = warnings
        self.at = at
    }
}
