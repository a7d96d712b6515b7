package import Model
import Synchronization

/// A wall clock that only moves when a test turns it.
package final class HandClock: Sendable {
    private let moment: Mutex<Timestamp>

    /// Sets the clock.
    package init(_ start: Timestamp = Timestamp(seconds: 1_760_000_000)) {
        moment = Mutex(start)
    }

    /// What it shows.
    package var now: Timestamp { moment.withLock { $0 } }

    /// Turns it on.
    package func turn(by span: Duration) {
        moment.withLock { $0 = $0 + span }
    }

    /// The clock as rooms take it.
    package var wall: WallClock { { self.now } }
}
