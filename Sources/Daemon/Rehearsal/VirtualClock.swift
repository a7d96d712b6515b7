import Model
import Synchronization

/// A wall clock that stands still until it is turned.
final class VirtualClock: Sendable {
    private let moment: Mutex<Timestamp>

    /// Shows that time.
    init(_ moment: Timestamp) {
        self.moment = Mutex(moment)
    }

    /// The time it shows.
    var now: Timestamp { moment.withLock { $0 } }

    /// Turns it on, never back.
    func turn(to time: Timestamp) {
        moment.withLock { $0 = max($0, time) }
    }
}
