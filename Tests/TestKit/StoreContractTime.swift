import Model
package import Store
import Testing

extension StoreContract {
    /// Keys that make a second attempt harmless.
    package static let idempotency: [Case] = [
        Case("an effect under a key that has happened is not run again") { subject in
            let run = try await subject.started("evt_1")
            let stay: @Sendable (StepOutcome) -> RunChange = { _ in
                RunChange(status: .pending, position: .start)
            }
            _ = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", 5), decide: stay)
            )

            let answer = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", 900), decide: stay)
            )

            guard case .step(.done(let outputs), _) = answer else {
                throw ContractBreach("the recorded outcome did not come back: \(answer)")
            }
            #expect(outputs == Fields([("balance", .integer(5))]))
            #expect(try subject.balance(of: "a") == .integer(5))
        },
        Case("an effect that failed or waits leaves its key free") { subject in
            let run = try await subject.started("evt_1")
            let stay: @Sendable (StepOutcome) -> RunChange = { _ in
                RunChange(status: .pending, position: .start)
            }
            for (amount, word) in [(Int64(-1), "done"), (5, "wait"), (5, "refuse")] {
                _ = try await subject.settled(
                    .effect(
                        subject.ref(run),
                        subject.call("a", amount, outcome: word),
                        decide: stay
                    )
                )
            }

            _ = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", 5), decide: StoreSubject.succeed)
            )

            #expect(try subject.balance(of: "a") == .integer(5))
        },
        Case("two effects under one key in one batch happen once") { subject in
            let run = try await subject.started("evt_1")
            let stay: @Sendable (StepOutcome) -> RunChange = { _ in
                RunChange(status: .pending, position: .start)
            }
            let effect = Settlement.effect(subject.ref(run), subject.call("a"), decide: stay)

            _ = try await subject.store.settle([effect, effect])

            #expect(try subject.balance(of: "a") == .integer(5))
        },
    ]

    /// Waiting and coming back.
    package static let waits: [Case] = [
        Case("a waiting run comes back when it is due and not before") { subject in
            let run = try await subject.started("evt_1")
            let due = subject.clock.now + .seconds(60)

            let answer = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", outcome: "wait", why: "no order yet")) {
                    _ in
                    RunChange(
                        status: .waiting,
                        position: .start,
                        dueAt: due,
                        reason: "no order yet"
                    )
                }
            )

            guard case .step(.wait("no order yet"), _) = answer else {
                throw ContractBreach("no wait: \(answer)")
            }
            let early = due + .milliseconds(-1)
            #expect(try subject.store.dueRuns(at: early, after: RunID(0), limit: 9).isEmpty)
            #expect(try subject.store.nextDue() == due)
            let back = try subject.store.dueRuns(at: due, after: RunID(0), limit: 9)
            #expect(back.map(\.id) == [run.id])
            #expect(back.first?.waitingSince == subject.clock.now)
            #expect(back.first?.attempts == 1)
            #expect(try subject.balance(of: "a") == .null)
        },
        Case("a wait remembers when it began until the run moves on") { subject in
            let run = try await subject.started("evt_1")
            let begin = subject.clock.now
            let wait: @Sendable (StepOutcome) -> RunChange = { _ in
                RunChange(status: .waiting, position: .start, dueAt: begin)
            }
            let call = subject.call("a", outcome: "wait")
            _ = try await subject.settled(.effect(subject.ref(run), call, decide: wait))
            subject.clock.turn(by: .seconds(5))
            let again = subject.ref(try subject.stored(run.id))
            _ = try await subject.settled(.effect(again, call, decide: wait))
            let waiting = try subject.stored(run.id)

            _ = try await subject.settled(
                .effect(subject.ref(waiting), subject.call("a")) { _ in
                    RunChange(
                        status: .pending,
                        position: StepPosition(.main, 1),
                        resetsAttempts: true
                    )
                }
            )

            #expect(waiting.waitingSince == begin)
            #expect(waiting.attempts == 2)
            #expect(try subject.stored(run.id).waitingSince == nil)
            #expect(try subject.store.nextDue() == nil)
        },
        Case("due runs come oldest first, page by page, failing ones among them") { subject in
            var runs: [StoredRun] = []
            for number in 0..<6 { runs.append(try await subject.started("evt_\(number)")) }
            let (now, later) = (subject.clock.now, subject.clock.now + .seconds(9))
            for (index, due) in [(0, later), (3, now)] {
                _ = try await subject.settled(
                    .effect(subject.ref(runs[index]), subject.call("a", -1)) { _ in
                        RunChange(status: .waiting, position: .start, dueAt: due)
                    }
                )
            }
            _ = try await subject.settled(
                .effect(subject.ref(runs[4]), subject.call("a", -1)) { _ in
                    RunChange(status: .failed, position: StepPosition(.failure, 0))
                }
            )

            let first = try subject.store.dueRuns(at: now, after: RunID(0), limit: 3)
            let rest = try subject.store.dueRuns(at: now, after: first[2].id, limit: 3)

            #expect((first + rest).map(\.id) == runs[1...5].map(\.id))
        },
    ]

    /// People's wishes.
    package static let retries: [Case] = [
        Case("a dead run walks again at the step that failed, on the version asked for") {
            subject in
            let run = try await subject.walkedToDeath("evt_1")
            let changes = subject.store.changes()

            try await subject.store.retry(
                run.id,
                version: subject.versions[1],
                fromStart: false,
                actor: "cli:ann",
                at: subject.clock.now
            )

            let again = try subject.stored(run.id)
            #expect(again.status == .pending)
            #expect(again.position == StepPosition(.main, 1))
            #expect(again.version == subject.versions[1])
            #expect(again.attempts == 0)
            #expect(try subject.status(ofEvent: "evt_1") == .received)
            var iterator = changes.makeAsyncIterator()
            #expect(await iterator.next() != nil)
        },
        Case("from the start, settled effects stay settled") { subject in
            let run = try await subject.walkedToDeath("evt_1")

            try await subject.store.retry(
                run.id,
                version: subject.versions[0],
                fromStart: true,
                actor: "cli:ann",
                at: subject.clock.now
            )
            let again = try subject.stored(run.id)
            _ = try await subject.settled(
                .effect(subject.ref(again), subject.call("a", 5), decide: StoreSubject.succeed)
            )

            #expect(again.position == .start)
            #expect(again.steps == "{}")
            #expect(try subject.balance(of: "a") == .integer(5))
            #expect(try subject.status(ofEvent: "evt_1") == .done)
        },
        Case("what still walks, has succeeded or never was is not retried") { subject in
            let pending = try await subject.started("evt_1")
            let succeeded = try await subject.started("evt_2")
            _ = try await subject.settled(
                .effect(subject.ref(succeeded), subject.call("a"), decide: StoreSubject.succeed)
            )

            for run in [pending.id, succeeded.id, RunID(4711)] {
                await #expect(throws: StoreFailure.self) {
                    try await subject.store.retry(
                        run,
                        version: subject.versions[0],
                        fromStart: true,
                        actor: "cli:ann",
                        at: subject.clock.now
                    )
                }
            }
            #expect(try subject.stored(succeeded.id).status == .succeeded)
        },
        Case("a run is not pinned to a version of another workflow") { subject in
            let run = try await subject.walkedToDeath("evt_1")
            let other = try await subject.store.remember([("other", "cc", "three")])[0]

            await #expect(throws: StoreFailure.self) {
                try await subject.store.retry(
                    run.id,
                    version: other,
                    fromStart: true,
                    actor: "cli:ann",
                    at: subject.clock.now
                )
            }
            #expect(try subject.stored(run.id).status == .dead)
        },
    ]
}

extension StoreSubject {
    /// A run whose first step was done, whose second failed for good and whose `on-failure` step is
    /// done.
    package func walkedToDeath(_ id: String) async throws -> StoredRun {
        let run = try await started(id)
        _ = try await settled(
            .effect(ref(run), call("a", 5)) { _ in
                RunChange(status: .pending, position: StepPosition(.main, 1), resetsAttempts: true)
            }
        )
        _ = try await settled(
            .effect(ref(try stored(run.id), step: "second"), call("a", -99)) { _ in
                RunChange(
                    status: .failed,
                    position: StepPosition(.failure, 0),
                    resetsAttempts: true,
                    reason: "balance"
                )
            }
        )
        let failing = ref(try stored(run.id), step: "alarm")
        _ = try await settled(.began(failing))
        _ = try await settled(
            .ended(
                failing,
                .done(Fields()),
                RunChange(status: .dead, position: StepPosition(.failure, 1), resetsAttempts: true)
            )
        )
        return try stored(run.id)
    }
}
