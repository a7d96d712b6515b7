import Model
import PowerLossVFS
import Store
import Synchronization
import TestKit

@testable import SQLiteStore

/// Deliveries and settlements as fast as the store takes them, until power fails.
final class PowerLoad: Sendable {
    private let fixture: SQLiteFixture
    private let durability: Durability
    private let cycle: Int
    private let answered = Mutex(Answered())

    /// Prepares the load of one cycle.
    init(_ fixture: SQLiteFixture, _ durability: Durability, _ cycle: Int) {
        self.fixture = fixture
        self.durability = durability
        self.cycle = cycle
    }

    /// Works until the store fails.
    ///
    /// - Parameter before: What was answered in the cycles before.
    /// - Returns: That, and what was answered now.
    func work(on before: Answered) async -> Answered {
        answered.withLock {
            $0 = before
            $0.forgetLoose()
        }
        do {
            let memory = try SQLiteMemory.open(
                directory: fixture.directory,
                clock: fixture.clock.wall,
                durability: durability,
                onBroken: { _ in }
            )
            await work(with: memory)
            await memory.close()
        } catch {
            // swallow: power failed while the database was opened.
        }
        return answered.withLock { $0 }
    }

    private func work(with memory: SQLiteMemory) async {
        do {
            let subject = try await StoreSubject(
                memory,
                lists: memory.reader,
                expressions: memory.expressions,
                clock: fixture.clock
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for sender in 0..<6 {
                    group.addTask { try await self.deliver(subject, sender) }
                }
                group.addTask { try await self.settle(subject) }
                try await group.waitForAll()
            }
        } catch {
            // swallow: power failed, which is what is waited for.
        }
    }

    /// Sends events of many sizes, some of them twice.
    private func deliver(_ subject: StoreSubject, _ sender: Int) async throws {
        for number in 0..<1_000_000 {
            var delivery = subject.delivery("evt_\(cycle)_\(sender)_\(number)")
            let filling = String(repeating: "x", count: number % 5 == 0 ? 20_000 : 200)
            delivery.body = "{\"filling\":\"\(filling)\"}"
            for _ in 0...(number % 3 == 0 ? 1 : 0) {
                let settled = answered.withLock { $0.loose.count }
                _ = try await subject.store.record(delivery)
                answered.withLock {
                    $0.events.insert(delivery.id.text)
                    $0.settle(settled)
                }
            }
        }
    }

    /// Chooses for whatever came and walks its one step, half of them by way of an action outside.
    private func settle(_ subject: StoreSubject) async throws {
        // What is in memory can be read without power.
        while power_loss_has_failed() == 0 {
            let chosen = try subject.store.unchosenEvents(after: 0, limit: 32).map { event in
                let run = NewRun(
                    id: subject.store.reserveRunID(),
                    workflow: StoreSubject.workflow,
                    version: subject.versions[0]
                )
                return Settlement.chosen(event, [run])
            }
            _ = try await subject.store.settle(chosen)
            let open = try subject.store.interruptedRuns()
            let due = try subject.store.dueRuns(at: subject.clock.now, after: RunID(0), limit: 32)
            var (told, loose): ([String], [String]) = ([], [])
            var batch: [Settlement] = []
            for run in open + due {
                let isOutward = run.event.sequence.isMultiple(of: 2)
                let step = subject.ref(run, step: isOutward ? "mail" : "pay")
                if isOutward {
                    if run.status == .pending { batch.append(.began(step)) }
                    let done = StepOutcome.done(Fields())
                    batch.append(.ended(step, done, StoreSubject.succeed(done)))
                    told.append(step.key)
                } else {
                    let call = subject.call("till", 1)
                    batch.append(.effect(step, call, decide: StoreSubject.succeed))
                    loose.append(step.key)
                }
            }
            let answers = try await subject.store.settle(batch)
            let isWhole = answers.allSatisfy { if case .failed = $0 { false } else { true } }
            guard isWhole else { throw ContractBreach("a settlement was refused") }
            answered.withLock { [told, loose] in
                $0.keys.formUnion(told)
                $0.add(loose: loose)
            }
            await Task.yield()
        }
    }
}
