import Foundation
import Glibc
import Model

/// Runs every task of one simulated world on one thread, in an order that the dice choose, on a
/// clock that goes on only when nobody has anything to do.
///
/// The store's writer has a thread of its own. While a call of it is out nothing else runs, so that
/// its speed decides nothing: see ``abroad(_:)``.
final class VirtualTime: TaskExecutor, @unchecked Sendable {
    /// Somebody who sleeps.
    private struct Sleeper {
        let number: Int
        let due: Int64
        let isIdle: Bool
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// How the world came to rest.
    enum End: Equatable {
        /// What was waited for happened.
        case done
        /// Nobody will ever do anything again.
        case stuck
        /// It went on and on.
        case endless
    }

    // Why: everything below is guarded by `gate`, or touched on the one thread only.
    private let gate = NSCondition()
    private var jobs: [UnownedJob] = []
    private var returning: [UnownedJob] = []
    private var isAbroad = false
    private var sleepers: [Sleeper] = []
    private var count = 0
    private let owner = pthread_self()
    private let dice: Dice
    /// Milliseconds since the world began.
    private(set) var now: Int64 = 0
    /// By how much the wall clock was set on.
    var skew: Int64 = 0
    /// When the next run is due on the wall clock, as far as anybody has seen.
    var nextDue: () -> Int64? = { nil }

    /// Jobs after which a world is taken for endless.
    private static let longest = 400_000
    /// How long the engine sleeps where nothing is due; such a sleep may be cut short or long,
    /// because it waits for nothing.
    private static let idle = Duration.seconds(30)
    /// When every world begins, in milliseconds since 1970.
    static let beginning: Int64 = 1_795_000_000_000

    /// Begins at nought, with that order of things.
    init(dice: Dice) {
        self.dice = dice
    }

    /// The wall clock.
    var wall: Timestamp { Timestamp(milliseconds: Self.beginning + now + skew) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        gate.lock()
        if pthread_equal(pthread_self(), owner) != 0 {
            jobs.append(job)
        } else {
            returning.append(job)
            gate.signal()
        }
        gate.unlock()
    }

    /// Calls something that answers on a thread of its own; the world stands still meanwhile.
    func abroad<Value: Sendable>(_ call: () async -> Value) async -> Value {
        isAbroad = true
        let value = await call()
        isAbroad = false
        return value
    }

    /// Sleeps in virtual time; throws where the task is cancelled.
    func sleep(_ span: Duration) async throws {
        count += 1
        let number = count
        let parts = span.components
        let milliseconds =
            parts.seconds * 1000 + (parts.attoseconds + 999_999_999_999_999)
            / 1_000_000_000_000_000
        let due = now + max(milliseconds, 0)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                sleepers.append(
                    Sleeper(
                        number: number,
                        due: due,
                        isIdle: span == Self.idle,
                        continuation: continuation
                    )
                )
            }
        } onCancel: {
            guard let index = sleepers.firstIndex(where: { $0.number == number }) else { return }
            sleepers.remove(at: index).continuation.resume(throwing: CancellationError())
        }
    }

    /// Lets the world go on until something has happened.
    func run(until isDone: () -> Bool) -> End {
        var steps = 0
        while !isDone() {
            steps += 1
            guard steps < Self.longest else { return .endless }
            guard let job = next() else {
                if isDone() { return .done }
                guard wakeOne() else { return .stuck }
                continue
            }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        return .done
    }

    /// What runs next: whoever comes back from abroad, else any one; nil where all sleep.
    private func next() -> UnownedJob? {
        gate.lock()
        defer { gate.unlock() }
        if isAbroad {
            while returning.isEmpty { gate.wait() }
        }
        if !returning.isEmpty { return returning.removeFirst() }
        guard !jobs.isEmpty else { return nil }
        let index = jobs.count == 1 ? 0 : dice.below(jobs.count)
        jobs.swapAt(index, jobs.count - 1)
        return jobs.removeLast()
    }

    /// Wakes the sleeper whose time comes first; where that is only the idle engine, the time goes
    /// on to when something is due.
    private func wakeOne() -> Bool {
        guard let first = sleepers.min(by: Self.isEarlier) else { return false }
        var due = first.due
        if first.isIdle {
            let others = sleepers.filter { !$0.isIdle }.map(\.due).min()
            let work = nextDue().map { $0 - Self.beginning - skew }
            guard let target = [others, work].compactMap({ $0 }).min() else { return false }
            due = max(due, target)
        }
        guard let index = sleepers.firstIndex(where: { $0.number == first.number }) else {
            return false
        }
        sleepers.remove(at: index)
        now = max(now, due)
        first.continuation.resume()
        return true
    }

    private static func isEarlier(_ one: Sleeper, _ other: Sleeper) -> Bool {
        (one.due, one.number) < (other.due, other.number)
    }
}
