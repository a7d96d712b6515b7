import Model
import Synchronization

/// A wall clock that stands still until a test turns it.
final class TurnedClock: Sendable {
    private let moment: Mutex<Timestamp>

    /// Begins at a round number.
    init(at milliseconds: Int64 = 1_700_000_000_000) {
        moment = Mutex(Timestamp(milliseconds: milliseconds))
    }

    /// The time it shows.
    var now: Timestamp { moment.withLock { $0 } }

    /// Turns it on.
    func turn(by span: Duration) {
        moment.withLock { $0 = $0 + span }
    }

    /// Turns it on to a time, never back.
    func turn(to time: Timestamp) {
        moment.withLock { $0 = max($0, time) }
    }
}

/// Comes back only when its task is cancelled, and throws then.
func forever() async throws {
    let (stream, source) = AsyncStream.makeStream(of: Void.self)
    for await _ in stream {}
    source.finish()
    try Task.checkCancellation()
}
