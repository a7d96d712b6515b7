/// What is logged and how a line looks.
package struct LogSettings: Sendable, Hashable {
    /// The least level that is written.
    package var level = Level.info
    /// How a line looks.
    package var format = Format.text

    /// The levels, from most to least.
    package enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// The looks of a line.
    package enum Format: String, Sendable, CaseIterable {
        /// For eyes.
        case text
        /// `key=value`.
        case logfmt
        /// One JSON object a line.
        case json
    }

    /// The defaults.
    package init() {}
}
