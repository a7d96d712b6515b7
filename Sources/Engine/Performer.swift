package import Plugins

/// What a step's `uses` is bound to in one playbook.
package enum Performer: Sendable {
    /// Statements that are run inside settle.
    case database(Plugin, Plugin.SQLPart)
    /// An action that leaves the house, with its kind's limits.
    case outward(Plugin, any Action, limits: KindLimits)

    /// The limits that a kind of action sets for all its plugins together.
    package struct KindLimits: Sendable, Hashable {
        /// How many attempts may be under way at once.
        package var concurrency: Int
        /// What one attempt may take where the step names no `timeout`.
        package var timeout: Duration

        /// Makes the limits.
        package init(concurrency: Int, timeout: Duration) {
            self.concurrency = concurrency
            self.timeout = timeout
        }
    }

    /// The plugin's manifest.
    package var plugin: Plugin {
        switch self {
        case .database(let plugin, _), .outward(let plugin, _, _): plugin
        }
    }
}
