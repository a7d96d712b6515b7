internal import Metrics
internal import Synchronization

/// The open connections of the public listener.
///
/// Where there are too many, the one that has waited longest for its peer is closed; one whose
/// request is being served never is. So whoever holds connections and sends slowly holds them
/// against others of that kind, not against a sender that gets to the point.
final class Lobby: Sendable {
    /// Why a connection was closed before its peer closed it.
    enum Cause: String, CaseIterable {
        /// A request did not arrive whole in time.
        case slowRequest = "slow_request"
        /// An answer was not read in time.
        case slowReader = "slow_reader"
        /// Others needed its place.
        case full
    }

    private struct Table {
        var seats: [ObjectIdentifier: LobbySeat] = [:]
        /// Those that were shown out and are not gone yet.
        var leaving: Set<ObjectIdentifier> = []

        var staying: Int { seats.count - leaving.count }

        /// Whom to show out, but not a certain one; nil where all are being served.
        func longestWaiting(but newcomer: LobbySeat) -> LobbySeat? {
            var found: (seat: LobbySeat, turn: UInt64)?
            for (key, seat) in seats where seat !== newcomer && !leaving.contains(key) {
                let turn = seat.turn.load(ordering: .relaxed)
                if turn < found?.turn ?? .max { found = (seat, turn) }
            }
            return found?.seat
        }
    }

    /// Connections that may be on their way out before others have to wait.
    private static let leavingAtOnce = 256

    private let capacity: Int
    private let table = Mutex(Table())
    private let turns = Atomic<UInt64>(0)
    /// Whether a place is wanted while every connection is being served.
    private let isWanted = Atomic(false)
    private let closed: [Cause: Counter]

    /// Opens a lobby with that many places.
    init(capacity: Int) {
        self.capacity = capacity
        let label = "till_connections_closed_total"
        closed = Dictionary(
            uniqueKeysWithValues: Cause.allCases.map {
                ($0, Counter(label: label, dimensions: [("cause", $0.rawValue)]))
            }
        )
    }

    /// Whether another connection may come in.
    ///
    /// One too many comes in, so that nobody is shown out while nobody stands outside; and those
    /// outside do not wait for each one that leaves.
    var hasRoom: Bool {
        table.withLock { $0.staying <= capacity && $0.leaving.count < Self.leavingAtOnce }
    }

    /// Takes a connection in; another one may have to leave for it.
    func enter(close: @escaping @Sendable () -> Void) -> LobbySeat {
        let seat = LobbySeat(turn: nextTurn(), close: close)
        let other: LobbySeat? = table.withLock { table in
            table.seats[ObjectIdentifier(seat)] = seat
            guard table.staying > capacity else { return nil }
            guard let other = table.longestWaiting(but: seat) else {
                isWanted.store(true, ordering: .relaxed)
                return nil
            }
            table.leaving.insert(ObjectIdentifier(other))
            return other
        }
        if let other {
            count(.full)
            other.close()
        }
        return seat
    }

    /// The connection is gone.
    func leave(_ seat: LobbySeat) {
        table.withLock { table in
            table.seats[ObjectIdentifier(seat)] = nil
            table.leaving.remove(ObjectIdentifier(seat))
        }
    }

    /// A whole request of the connection is served from now on.
    func serve(_ seat: LobbySeat) {
        seat.turn.store(.max, ordering: .relaxed)
    }

    /// The connection waits for its peer from now on.
    func wait(_ seat: LobbySeat) {
        seat.turn.store(nextTurn(), ordering: .relaxed)
        guard isWanted.load(ordering: .relaxed),
            isWanted.exchange(false, ordering: .relaxed)
        else { return }
        count(.full)
        seat.close()
    }

    /// Counts a connection that was closed.
    func count(_ cause: Cause) {
        closed[cause]?.increment()
    }

    private func nextTurn() -> UInt64 {
        turns.add(1, ordering: .relaxed).newValue
    }
}
