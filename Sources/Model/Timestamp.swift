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
    ///
    /// A number beyond all time, as an event may carry it, becomes the last or first moment of all.
    package init(seconds: Int64) {
        let (product, isBeyond) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = isBeyond ? seconds < 0 ? .min : .max : product
    }

    /// Whole seconds since 1970 UTC, rounded down.
    package var seconds: Int64 {
        milliseconds.floored(by: 1000).quotient
    }

    package static func < (one: Timestamp, other: Timestamp) -> Bool {
        one.milliseconds < other.milliseconds
    }

    package static func + (moment: Timestamp, span: Duration) -> Timestamp {
        // A span has 128 bits: what two moments may be apart fits in.
        let parts = (.milliseconds(moment.milliseconds) + span).components
        let whole = Timestamp(seconds: parts.seconds).milliseconds
        let rest = parts.attoseconds / 1_000_000_000_000_000
        let (sum, isBeyond) = whole.addingReportingOverflow(rest)
        return Timestamp(milliseconds: isBeyond ? whole : sum)
    }

    /// The time from an earlier moment to this one.
    package func since(_ earlier: Timestamp) -> Duration {
        .milliseconds(milliseconds) - .milliseconds(earlier.milliseconds)
    }
}

/// Where the wall clock's time comes from; tests pass one that is turned by hand.
package typealias WallClock = @Sendable () -> Timestamp
