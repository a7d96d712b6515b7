import CSQLite
import Foundation
import Store
import Synchronization

/// Moves the write-ahead log into the database file beside the writer, on a connection and a thread
/// of its own, so that no webhook waits for it.
///
/// What is committed meanwhile stays in the log; the writer moves that little rest itself, and then
/// the log begins anew.
final class LogMover: Sendable {
    private enum Order {
        /// Nothing is to be done.
        case none
        /// The log is to be moved, or is being moved.
        case move
        /// The thread is to end.
        case end
    }

    private struct State {
        var order = Order.none
        /// The log was moved, and the writer has not heard of it.
        var isMoved = false
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let connection: Mutex<Connection>
    /// Tells the thread of an order, and whoever closes that it has ended.
    private let alarm = NSCondition()

    /// Opens a connection of its own.
    ///
    /// - Parameter path: The database file.
    /// - Throws: What SQLite says.
    init(path: String) throws(SQLFault) {
        connection = Mutex(try Connection(path: path, .writing))
    }

    /// Starts the thread; ``close()`` ends it.
    ///
    /// - Parameter onBroken: Called when the disk failed.
    func start(onBroken: @escaping @Sendable (StoreFailure) -> Void) {
        let thread = Thread { self.work(onBroken) }
        thread.name = "till-log-mover"
        thread.start()
    }

    /// Whether the log is not being moved just now.
    var isIdle: Bool { state.withLock { $0.order == .none } }

    /// Begins to move the log; the writer goes on.
    func begin() {
        give(.move)
    }

    /// Whether the log was moved since the last question.
    func wasMoved() -> Bool {
        state.withLock { state in
            defer { state.isMoved = false }
            return state.isMoved
        }
    }

    /// Waits for a move under way and ends the thread.
    func close() {
        give(.end)
        alarm.lock()
        while !state.withLock({ $0.hasEnded }) { alarm.wait() }
        alarm.unlock()
    }

    /// Moves as much of the log as readers leave free.
    ///
    /// - Parameter connection: Where to do it.
    /// - Returns: The failure where the disk failed; a full disk is no failure here, the log stays.
    static func move(on connection: Connection) -> StoreFailure? {
        let code = sqlite3_wal_checkpoint_v2(
            connection.handle,
            nil,
            SQLITE_CHECKPOINT_PASSIVE,
            nil,
            nil
        )
        guard code != SQLITE_OK else { return nil }
        let fault = SQLFault(
            code: sqlite3_extended_errcode(connection.handle),
            on: connection.handle
        )
        guard case .broken = fault.transactionFailure else { return nil }
        return fault.transactionFailure
    }

    private func give(_ order: Order) {
        state.withLock { $0.order = order }
        alarm.lock()
        alarm.broadcast()
        alarm.unlock()
    }

    private func work(_ onBroken: (StoreFailure) -> Void) {
        while true {
            alarm.lock()
            while isIdle { alarm.wait() }
            alarm.unlock()
            if state.withLock({ $0.order == .end }) { break }
            if let failure = connection.withLock({ Self.move(on: $0) }) { onBroken(failure) }
            state.withLock { state in
                state.isMoved = true
                if state.order == .move { state.order = .none }
            }
        }
        state.withLock { $0.hasEnded = true }
        alarm.lock()
        alarm.broadcast()
        alarm.unlock()
    }
}
