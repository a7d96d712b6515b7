/// A moment on the wall clock.
///
/// Unit: milliseconds since 1970 UTC, as every `…_at` column of the database stores it.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970 UTC.
    package var milliseconds: Int64

    /// Makes a moment from milliseconds since 1970 UTC.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Makes a moment from Stripe's unit, whole seconds since 1970 UTC.
    package init(seconds: Int64) {
        milliseconds = seconds.multipliedReportingOverflow(by: 1000).partialValue
    }

    /// Whole seconds since 1970 UTC, rounded down.
    package var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    }

    package static func < (one: Timestamp, other: Timestamp) -> Bool {
        one.milliseconds < other.milliseconds
    }

    package static func + (moment: Timestamp, span: Duration) -> Timestamp {
        let parts = span.components
        return Timestamp(
            milliseconds: moment.milliseconds + parts.seconds * 1000
                + parts.attoseconds / 1_000_000_000_000_000
        )
    }

    /// The time from an earlier moment to this one.
    package func since(_ earlier: Timestamp) -> Duration {
        .milliseconds(milliseconds - earlier.milliseconds)
    }
}

/// Where the wall clock's time comes from; tests pass one that is turned by hand.
package typealias WallClock = @Sendable () -> Timestamp
