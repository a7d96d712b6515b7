/// The kinds of metric that the text format knows and Till uses.
package enum MetricKind: String, Sendable, CaseIterable {
    /// Only grows, from zero at each start.
    case counter
    /// Goes up and down.
    case gauge
    /// Counts of observations by upper bound, with their sum.
    case histogram
}
