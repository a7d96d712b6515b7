import Foundation
import Metrics
import Model
import Store
import Synchronization

/// Gathers what is to be written and commits it together.
///
/// No delivery waits for others to come: a turn is whatever came while the last commit was under
/// way. Deliveries and errands go first, because somebody waits for an answer; a turn of the
/// engine's settlements ends early for them, once it has done what the deliveries before it made.
///
/// Why a thread of its own: a commit blocks until the disk has answered, which must not hold up
/// tasks.
final class Writer: Sendable {
    /// Who waits for a result.
    typealias Waiter<Value: Sendable> = CheckedContinuation<Result<Value, StoreFailure>, Never>

    /// What came and is not taken up yet.
    private struct Inbox {
        var deliveries: [Delivery] = []
        var receiptWaiters: [Waiter<Receipt>] = []
        var errands: [Errand] = []
        var errandWaiters: [Waiter<[Int64]>] = []
        var batches: [BatchJob] = []
        /// So many settlements are done before deliveries and errands have their turn again.
        var owed = 0
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

        /// Whether somebody waits for an answer.
        var isAsked: Bool { !deliveries.isEmpty || !errands.isEmpty }
    }

    /// A batch of the engine, which may take several turns.
    private struct BatchJob {
        /// What is not written yet.
        var left: ArraySlice<Settlement>
        /// What those before it came to.
        var settled: [Settled] = []
        /// Who waits for all of it.
        let waiter: Waiter<[Settled]>
    }

    /// One turn of the thread: a load and who waits for its answers.
    private struct Turn {
        /// Why nothing of it may be written any more.
        var failure: StoreFailure?
        var load = Load()
        var receiptWaiters: [Waiter<Receipt>] = []
        var errandWaiters: [Waiter<[Int64]>] = []
        var batches: [BatchJob] = []
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
                guard inbox.deliveries.count < Limits.waitingDeliveries else {
                    return .busy("\(Limits.waitingDeliveries) deliveries are waiting for the disk")
                }
                inbox.deliveries.append(delivery)
                inbox.receiptWaiters.append(waiter)
                return nil
            }
        }
    }

    /// Writes a batch of the engine.
    func settle(_ batch: [Settlement]) async -> Result<[Settled], StoreFailure> {
        await withCheckedContinuation { waiter in
            submit(waiter) { inbox in
                inbox.batches.append(BatchJob(left: batch[...], waiter: waiter))
                return nil
            }
        }
    }

    /// Does an errand.
    func perform(_ errand: Errand) async -> Result<[Int64], StoreFailure> {
        await withCheckedContinuation { waiter in
            submit(waiter) { inbox in
                inbox.errands.append(errand)
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
            } else if !isCalled(before: desk.withLock { $0?.syncTime }) {
                if let failure = desk.withLock({ $0?.sync() }) { breakDown(failure) }
            }
        }
    }

    /// Waits for work.
    ///
    /// - Parameter deadline: When to wait no longer; nil for ever.
    /// - Returns: Whether there is any.
    private func isCalled(before deadline: ContinuousClock.Instant?) -> Bool {
        alarm.lock()
        defer { alarm.unlock() }
        while inbox.withLock({ $0.isIdle }) {
            guard let deadline else {
                alarm.wait()
                continue
            }
            let left = (deadline - .now) / .seconds(1)
            guard left > 0, alarm.wait(until: Date(timeIntervalSinceNow: left)) else {
                return false
            }
        }
        return true
    }

    /// Commits one turn, answers and looks after the write-ahead log.
    private func carryOut(_ turn: Turn) {
        if let failure = turn.failure {
            return answer(turn, Answers(failure, for: turn.load))
        }
        let begin = ContinuousClock.now
        let answers =
            desk.withLock { desk in desk?.commit(turn.load, isEnough: isAsked) }
            ?? Answers(.busy("Till is stopping"), for: turn.load)
        duration.record(duration: ContinuousClock.now - begin)
        size.record(answers.count)
        if let failure = answers.broken { breakDown(failure) }
        answer(turn, answers)
        desk.withLock { desk in desk?.tendLog(onBroken: breakDown) }
    }

    /// Whether somebody waits for an answer, and a turn in which so many settlements are done is to
    /// end for that.
    func isAsked(after done: Int) -> Bool {
        inbox.withLock { $0.isAsked && done >= $0.owed }
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

    /// What is written next; nil where nothing waits.
    private func nextTurn() -> Turn? {
        inbox.withLock { inbox in
            var turn = Turn()
            if case .broken(let detail) = inbox.refusal { turn.failure = .broken(detail) }
            if inbox.isAsked, inbox.owed <= 0 || inbox.batches.isEmpty {
                Self.takeAsked(from: &inbox, into: &turn)
            } else if !inbox.batches.isEmpty {
                Self.takeBatches(from: &inbox, into: &turn)
            } else if !inbox.chores.isEmpty {
                let chore = inbox.chores.removeFirst()
                turn.load.errands = [chore.errand]
                turn.errandWaiters = [chore.waiter]
            } else {
                inbox.isIdle = !inbox.isClosing
                return nil
            }
            return turn
        }
    }

    /// All deliveries and errands.
    private static func takeAsked(from inbox: inout Inbox, into turn: inout Turn) {
        swap(&turn.load.deliveries, &inbox.deliveries)
        swap(&turn.receiptWaiters, &inbox.receiptWaiters)
        swap(&turn.load.errands, &inbox.errands)
        swap(&turn.errandWaiters, &inbox.errandWaiters)
        inbox.owed = max(
            Limits.settlementsPerTurn,
            turn.load.deliveries.count * Limits.settlementsPerDelivery
        )
    }

    /// Batches up to the limit of settlements, and at least one.
    private static func takeBatches(from inbox: inout Inbox, into turn: inout Turn) {
        var settlements = 0
        let fitting = inbox.batches.prefix { batch in
            settlements += batch.left.count
            return settlements <= Limits.settlementsPerCommit
        }
        turn.batches = Array(inbox.batches.prefix(max(fitting.count, 1)))
        turn.load.batches = turn.batches.map(\.left)
        inbox.batches.removeFirst(turn.batches.count)
    }

    /// Wakes everybody who waited for this turn.
    private func answer(_ turn: Turn, _ answers: Answers) {
        for (waiter, receipt) in zip(turn.receiptWaiters, answers.receipts) {
            waiter.resume(returning: receipt)
        }
        for (waiter, errand) in zip(turn.errandWaiters, answers.errands) {
            waiter.resume(returning: errand)
        }
        answerBatches(turn.batches, answers)
        let hasWork = turn.load.deliveries.contains { $0.status == .received }
        if hasWork || !turn.load.errands.isEmpty { onCommit() }
    }

    /// Answers the batches that are through; what is left of the others has the next turn of
    /// batches.
    private func answerBatches(_ batches: [BatchJob], _ answers: Answers) {
        guard !batches.isEmpty else { return }
        var left: [BatchJob] = []
        for (index, var batch) in batches.enumerated() {
            switch index < answers.settled.count ? answers.settled[index] : .success([]) {
            case .success(let settled):
                batch.settled += settled
                batch.left.removeFirst(settled.count)
            case .failure(let failure):
                if case .broken = failure { batch.settled = [] }
                guard !batch.settled.isEmpty else {
                    batch.waiter.resume(returning: .failure(failure))
                    continue
                }
                batch.settled += batch.left.map { _ in .unwritten(failure) }
                batch.left = []
            }
            if batch.left.isEmpty {
                batch.waiter.resume(returning: .success(batch.settled))
            } else {
                left.append(batch)
            }
        }
        inbox.withLock { inbox in
            inbox.owed -= answers.count
            inbox.batches.insert(contentsOf: left, at: 0)
        }
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
