import Model
import Store
import Synchronization

/// A memory whose n-th settling fails, before or after it is written; then the process is taken for
/// dead.
final class FailingMemory: WalkMemory {
    /// What happens at the n-th call.
    enum Failure: String, CaseIterable {
        /// Nothing is written and the process dies.
        case before
        /// All is written, but the process dies before it hears so.
        case after
        /// Nothing is written, the process lives and may try again.
        case refused
    }

    private let memory: any WalkMemory
    private let failure: Failure
    private let left: Mutex<Int>

    /// Lets `n - 1` calls pass.
    init(_ memory: any WalkMemory, failing failure: Failure, at n: Int) {
        self.memory = memory
        self.failure = failure
        left = Mutex(n)
    }

    /// Whether the failure has happened.
    var hasFailed: Bool { left.withLock { $0 <= 0 } }

    func settle(_ batch: [Settlement]) async throws(StoreFailure) -> [Settled] {
        let turn = left.withLock { left in
            left -= 1
            return left
        }
        switch failure {
        case .refused where turn == 0: throw .full("test")
        case .before where turn <= 0: throw .broken("test")
        case .after where turn == 0:
            _ = try await memory.settle(batch)
            throw .broken("test")
        case .after where turn < 0: throw .broken("test")
        default: return try await memory.settle(batch)
        }
    }

    func unchosenEvents(after sequence: Int64, limit: Int) throws(StoreFailure) -> [StoredEvent] {
        try memory.unchosenEvents(after: sequence, limit: limit)
    }
    func dueRuns(at now: Timestamp, after id: RunID, limit: Int) throws(StoreFailure) -> [StoredRun]
    {
        try memory.dueRuns(at: now, after: id, limit: limit)
    }
    func runs(_ ids: [RunID]) throws(StoreFailure) -> [StoredRun] { try memory.runs(ids) }
    func nextDue() throws(StoreFailure) -> Timestamp? { try memory.nextDue() }
    func interruptedRuns() throws(StoreFailure) -> [StoredRun] { try memory.interruptedRuns() }
    func reserveRunID() -> RunID { memory.reserveRunID() }
    func changes() -> AsyncStream<Void> { memory.changes() }
}
