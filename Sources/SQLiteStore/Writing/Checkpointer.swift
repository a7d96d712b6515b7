import Foundation
import Model
import Store
import Synchronization

/// Moves the write-ahead log into the database file while the writer goes on.
///
/// SQLite before 3.51.3 damages a database whose log is begun anew while another connection
/// check-points it ("WAL-reset bug", sqlite.org/wal.html). It cannot here: a reader holds a place
/// in the log from before the check-point until after it, and only a log in which no reader has a
/// place is begun anew.
final class Checkpointer: Sendable {
    /// What to do where the disk fails.
    typealias Alarm = @Sendable (StoreFailure) -> Void

    /// The two connections.
    private struct Hands {
        /// Holds the place in the log.
        let reader: Connection
        /// Moves the pages.
        let mover: Connection
    }

    private struct State {
        /// A check-point that was asked for.
        var wanted: Alarm?
        /// Whether one is under way, or asked for.
        var isBusy = false
        /// What the last one came to, until the writer takes it.
        var moved: Int?
        /// Whether the thread is to end.
        var isClosing = false
        /// Whether the thread has ended.
        var isClosed = false
    }

    private let hands: Mutex<Hands?>
    private let state = Mutex(State())
    /// Wakes the thread, and who waits for its end.
    private let bell = NSCondition()

    /// Opens its connections beside the one that writes.
    ///
    /// Both read once: a file that SQLite opens later may be one too many, and who has not read has
    /// no log to move.
    init(path: String, durability: Durability) throws(SQLFault) {
        let hands = Hands(
            reader: try Connection(path: path, .reading),
            mover: try Connection(path: path, .writing)
        )
        try hands.mover.execute("PRAGMA synchronous = \(durability.synchronous.word)")
        for connection in [hands.reader, hands.mover] {
            _ = try connection.number("PRAGMA user_version")
        }
        self.hands = Mutex(hands)
        let thread = Thread { self.work() }
        thread.name = "till-log"
        thread.start()
    }

    /// Whether a check-point is under way.
    var isBusy: Bool { state.withLock { $0.isBusy } }

    /// Begins a check-point and returns at once; none may be under way.
    ///
    /// Part of the log must be left to move: see ``Connection/holdingLog(_:)``.
    ///
    /// - Parameter onBroken: Called where the disk fails; a full one is no failure, the log stays.
    func begin(onBroken: @escaping Alarm) {
        state.withLock { state in
            state.isBusy = true
            state.wanted = onBroken
        }
        ring()
    }

    /// How many pages of the log are in the database file since the last check-point.
    ///
    /// - Returns: The number once; nil where there is nothing new.
    func takeMoved() -> Int? {
        state.withLock { state in
            defer { state.moved = nil }
            return state.moved
        }
    }

    /// Waits for the check-point under way and ends.
    func close() {
        state.withLock { $0.isClosing = true }
        ring()
        wait { $0.isClosed }
    }

    private func ring() {
        bell.lock()
        bell.broadcast()
        bell.unlock()
    }

    private func wait(until isSo: (State) -> Bool) {
        bell.lock()
        while !state.withLock({ isSo($0) }) { bell.wait() }
        bell.unlock()
    }

    /// The thread.
    private func work() {
        while true {
            wait { $0.wanted != nil || $0.isClosing }
            let wanted = state.withLock { state in
                defer { state.wanted = nil }
                return state.wanted
            }
            guard let wanted else { break }
            run(wanted)
        }
        hands.withLock { $0 = nil }
        state.withLock { $0.isClosed = true }
        ring()
    }

    private func run(_ onBroken: Alarm) {
        #if DEBUG
        CrashPoint.pass(.beforeCheckpoint)
        defer { CrashPoint.pass(.afterCheckpoint) }
        #endif
        var moved: Int?
        do throws(SQLFault) {
            moved = try hands.withLock { (hands) throws(SQLFault) in
                guard let hands else { return nil }
                return try hands.reader.holdingLog { () throws(SQLFault) in
                    try hands.mover.checkpoint()
                }
            }
        } catch {
            // Anything else leaves the log as it is, and is tried again.
            if error.isBroken { onBroken(error.storeFailure) }
        }
        state.withLock { state in
            state.isBusy = false
            state.moved = moved
        }
    }
}
