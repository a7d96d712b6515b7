import Model
import Store
import Synchronization

/// A memory that refuses the first end of an outward step, and nothing else.
final class PickyMemory: WalkMemory {
    private let memory: any WalkMemory
    private let hasRefused = Mutex(false)

    /// Refuses on behalf of a memory.
    init(_ memory: any WalkMemory) {
        self.memory = memory
    }

    func settle(_ batch: [Settlement]) async throws(StoreFailure) -> [Settled] {
        let refused = hasRefused.withLock { hasRefused -> Int? in
            guard !hasRefused else { return nil }
            let index = batch.firstIndex { if case .ended = $0 { true } else { false } }
            hasRefused = index != nil
            return index
        }
        guard let refused else { return try await memory.settle(batch) }
        var rest = batch
        rest.remove(at: refused)
        var answers = try await memory.settle(rest)
        answers.insert(.failed(.refused("test")), at: refused)
        return answers
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
