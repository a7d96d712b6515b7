/// How a log line looks.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, message, then `key=value`.
    case text
    /// `key=value` throughout.
    case logfmt
    /// One JSON object per line.
    case json
}
