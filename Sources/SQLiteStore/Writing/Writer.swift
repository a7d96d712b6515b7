import Foundation
import Metrics
import Model
import Store
import Synchronization

/// Gathers what is to be written and commits it together.
///
/// There is no timer: a batch is whatever came while the last commit was under way. Deliveries go
/// first, because somebody waits for an answer.
///
/// Why a thread of its own: a commit blocks until the disk has answered, which must not hold up
/// tasks.
final class Writer: Sendable {
    /// Who waits for a result.
    typealias Waiter<Value: Sendable> = CheckedContinuation<Result<Value, StoreFailure>, Never>

    /// What came and is not taken up yet.
    private struct Inbox {
        var load = Load()
        var receiptWaiters: [Waiter<Receipt>] = []
        var batchWaiters: [Waiter<[Settled]>] = []
        var errandWaiters: [Waiter<[Int64]>] = []
        /// What is done only when nothing else waits.
        var chores: [(errand: Errand, waiter: Waiter<[Int64]>)] = []
        var closers: [CheckedContinuation<Void, Never>] = []
        /// Whether the thread waits for work.
        var isIdle = false
        /// Whether the thread is to end when nothing is left.
        var isClosing = false
        /// Whether the thread has ended.
        var isClosed = false
        /// Why nothing is taken any more.
        var refusal: StoreFailure?
    }

    /// One turn of the thread: a load and who waits for its answers.
    private struct Turn {
        /// Why nothing of it may be written any more.
        var failure: StoreFailure?
        var load = Load()
        var receiptWaiters: [Waiter<Receipt>] = []
        var batchWaiters: [Waiter<[Settled]>] = []
        var errandWaiters: [Waiter<[Int64]>] = []
    }

    private let inbox = Mutex(Inbox())
    private let desk: Mutex<Desk?>
    /// Wakes the thread.
    private let alarm = NSCondition()
    private let onCommit: @Sendable () -> Void
    private let onBroken: @Sendable (StoreFailure) -> Void
    private let duration = Metrics.Timer(label: "till_commit_duration_seconds")
    private let size = Metrics.Recorder(label: "till_commit_batch_size")

    /// Takes a desk over.
    ///
    /// - Parameters:
    ///   - desk: Where to write.
    ///   - onCommit: Called after a commit that may have made work for the engine.
    ///   - onBroken: Called once, when the disk failed.
    init(
        desk: sending Desk,
        onCommit: @escaping @Sendable () -> Void,
        onBroken: @escaping @Sendable (StoreFailure) -> Void
    ) {
        self.desk = Mutex(desk)
        self.onCommit = onCommit
        self.onBroken = onBroken
        let thread = Thread { self.work() }
        thread.name = "till-writer"
        thread.start()
    }

    /// Writes a delivery down; refuses at once when too many wait.
    func record(_ delivery: Delivery) async -> Result<Receipt, StoreFailure> {
        await withCheckedContinuation { waiter in
            submit(waiter) { inbox in
                guard inbox.load.deliveries.count < Limits.waitingDeliveries else {
                    return .busy("\(Limits.waitingDeliveries) deliveries are waiting for the disk")
                }
                inbox.load.deliveries.append(delivery)
                inbox.receiptWaiters.append(waiter)
                return nil
            }
        }
    }

    /// Writes a batch of the engine.
    func settle(_ batch: [Settlement]) async -> Result<[Settled], StoreFailure> {
        await withCheckedContinuation { waiter in
            submit(waiter) { inbox in
                inbox.load.batches.append(batch)
                inbox.batchWaiters.append(waiter)
                return nil
            }
        }
    }

    /// Does an errand.
    func perform(_ errand: Errand) async -> Result<[Int64], StoreFailure> {
        await withCheckedContinuation { waiter in
            submit(waiter) { inbox in
                inbox.load.errands.append(errand)
                inbox.errandWaiters.append(waiter)
                return nil
            }
        }
    }

    /// Does an errand in a transaction of its own, once nothing else waits to be written.
    func performWhenIdle(_ errand: Errand) async -> Result<[Int64], StoreFailure> {
        await withCheckedContinuation { waiter in
            submit(waiter) { inbox in
                inbox.chores.append((errand, waiter))
                return nil
            }
        }
    }

    /// Takes nothing new, finishes what waits and closes the database.
    func close() async {
        await withCheckedContinuation { closer in
            let isClosed = inbox.withLock { inbox in
                if !inbox.isClosed { inbox.closers.append(closer) }
                return inbox.isClosed
            }
            if isClosed { closer.resume() } else { stop() }
        }
    }

    /// Takes nothing new and lets the thread end when it has finished what waits.
    func stop() {
        let mustWake = inbox.withLock { inbox in
            inbox.refusal = inbox.refusal ?? .busy("Till is stopping")
            inbox.isClosing = true
            defer { inbox.isIdle = false }
            return inbox.isIdle
        }
        if mustWake { wake() }
    }

    /// Puts work into the inbox and wakes the thread, or answers with the failure at once.
    private func submit<Value>(
        _ waiter: Waiter<Value>,
        _ put: (inout Inbox) -> StoreFailure?
    ) {
        let (failure, mustWake) = inbox.withLock { inbox -> (StoreFailure?, Bool) in
            if let failure = inbox.refusal ?? put(&inbox) { return (failure, false) }
            defer { inbox.isIdle = false }
            return (nil, inbox.isIdle)
        }
        if let failure { waiter.resume(returning: .failure(failure)) }
        if mustWake { wake() }
    }

    /// Ends the thread's wait.
    private func wake() {
        alarm.lock()
        alarm.signal()
        alarm.unlock()
    }

    /// The thread: turn after turn, until it is to close and nothing waits.
    private func work() {
        while true {
            if let turn = nextTurn() {
                carryOut(turn)
            } else if inbox.withLock({ $0.isClosing }) {
                return finish()
            } else {
                alarm.lock()
                while inbox.withLock({ $0.isIdle }) { alarm.wait() }
                alarm.unlock()
            }
        }
    }

    /// Commits one turn, answers and looks after the write-ahead log.
    private func carryOut(_ turn: Turn) {
        if let failure = turn.failure {
            return answer(turn, Answers(failure, for: turn.load))
        }
        let begin = ContinuousClock.now
        let answers =
            desk.withLock { desk in desk?.commit(turn.load) }
            ?? Answers(.busy("Till is stopping"), for: turn.load)
        duration.record(duration: ContinuousClock.now - begin)
        size.record(turn.load.count)
        if let failure = answers.broken { breakDown(failure) }
        answer(turn, answers)
        if let failure = desk.withLock({ desk in desk?.checkpoint() }) { breakDown(failure) }
    }

    /// Closes the database and tells those who wait for that.
    private func finish() {
        desk.withLock { desk in
            desk?.close()
            desk = nil
        }
        let closers = inbox.withLock { inbox in
            inbox.isClosed = true
            defer { inbox.closers = [] }
            return inbox.closers
        }
        for closer in closers { closer.resume() }
    }

    /// All waiting deliveries, batches up to the limit of settlements, all errands; nil where none
    /// is.
    private func nextTurn() -> Turn? {
        inbox.withLock { inbox in
            var turn = Turn()
            if case .broken(let detail) = inbox.refusal { turn.failure = .broken(detail) }
            guard inbox.load.count > 0 || !inbox.batchWaiters.isEmpty else {
                guard !inbox.chores.isEmpty else {
                    inbox.isIdle = !inbox.isClosing
                    return nil
                }
                let chore = inbox.chores.removeFirst()
                turn.load.errands = [chore.errand]
                turn.errandWaiters = [chore.waiter]
                return turn
            }
            swap(&turn.load.deliveries, &inbox.load.deliveries)
            swap(&turn.receiptWaiters, &inbox.receiptWaiters)
            swap(&turn.load.errands, &inbox.load.errands)
            swap(&turn.errandWaiters, &inbox.errandWaiters)
            var settlements = 0
            let fitting = inbox.load.batches.prefix { batch in
                settlements += batch.count
                return settlements <= Limits.settlementsPerCommit
            }
            // A batch is one transaction even where it is larger than the limit.
            let count = max(fitting.count, min(1, inbox.load.batches.count))
            turn.load.batches = Array(inbox.load.batches.prefix(count))
            turn.batchWaiters = Array(inbox.batchWaiters.prefix(count))
            inbox.load.batches.removeFirst(count)
            inbox.batchWaiters.removeFirst(count)
            return turn
        }
    }

    /// Wakes everybody who waited for this turn.
    private func answer(_ turn: Turn, _ answers: Answers) {
        for (waiter, receipt) in zip(turn.receiptWaiters, answers.receipts) {
            waiter.resume(returning: receipt)
        }
        for (waiter, settled) in zip(turn.batchWaiters, answers.settled) {
            waiter.resume(returning: settled)
        }
        for (waiter, errand) in zip(turn.errandWaiters, answers.errands) {
            waiter.resume(returning: errand)
        }
        let hasWork = turn.load.deliveries.contains { $0.status == .received }
        if hasWork || !turn.load.errands.isEmpty { onCommit() }
    }

    /// Refuses everything from now on; what the disk holds is known only after a restart.
    private func breakDown(_ failure: StoreFailure) {
        let isFirst = inbox.withLock { inbox in
            if case .broken = inbox.refusal { return false }
            inbox.refusal = failure
            return true
        }
        if isFirst { onBroken(failure) }
    }
}
