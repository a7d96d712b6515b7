/// Stripe's id of an event, such as `evt_1NG8Du2eZvKYlo2CUI79vXWy`; up to 255 characters.
package struct EventID: Sendable, Hashable, CustomStringConvertible {
    /// The id as Stripe wrote it.
    package let text: String

    /// Wraps an id as Stripe wrote it.
    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }
}

/// The number of a run: one workflow walked for one event.
///
/// Source: `workflow_runs.id`.
package struct RunID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The row's id, rising in the order runs were made.
    package let number: Int64

    /// Wraps a row's id.
    package init(_ number: Int64) {
        self.number = number
    }

    package var description: String { String(number) }

    package static func < (one: RunID, other: RunID) -> Bool { one.number < other.number }
}

/// Which of Stripe's two worlds an endpoint or a workflow is for.
package enum Mode: String, Sendable, CaseIterable {
    case live, test, any

    /// Whether an event of that `livemode` belongs here.
    package func fits(livemode: Bool) -> Bool {
        switch self {
        case .any: true
        case .live: livemode
        case .test: !livemode
        }
    }
}
