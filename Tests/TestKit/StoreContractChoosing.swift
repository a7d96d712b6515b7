import Model
import Store
import Testing

extension StoreContract {
    /// Making the runs of an event.
    package static let choosing: [Case] = [
        Case("chosen runs wait to be walked and the event leaves the queue") { subject in
            let event = try await subject.recorded("evt_1")
            let new = NewRun(
                id: subject.store.reserveRunID(),
                workflow: StoreSubject.workflow,
                version: subject.versions[0]
            )

            guard case .written(let walkable) = try await subject.settled(.chosen(event, [new]))
            else { throw ContractBreach("choosing was not written") }

            let run = try #require(
                try subject.store.dueRuns(at: subject.clock.now, after: RunID(0), limit: 9).first
            )
            #expect(walkable == [new.id])
            #expect(run.id == new.id)
            #expect(run.event.body == event.body)
            #expect(run.event.sequence == event.sequence)
            #expect(run.version == subject.versions[0])
            #expect(run.status == .pending)
            #expect(run.position == .start)
            #expect((run.attempts, run.crashes, run.replay) == (0, 0, 0))
            #expect(run.steps == "{}")
            #expect(try subject.store.unchosenEvents(after: 0, limit: 9).isEmpty)
            #expect(try subject.status(ofEvent: "evt_1") == .received)
        },
        Case("an event that no workflow takes is unmatched") { subject in
            let event = try await subject.recorded("evt_1")

            _ = try await subject.settled(.chosen(event, []))

            #expect(try subject.status(ofEvent: "evt_1") == .unmatched)
            #expect(try subject.store.unchosenEvents(after: 0, limit: 9).isEmpty)
        },
        Case("an event whose runs all have nothing to do is done") { subject in
            let event = try await subject.recorded("evt_1")
            let skipped = NewRun(
                id: subject.store.reserveRunID(),
                workflow: StoreSubject.workflow,
                version: subject.versions[0],
                skipReason: "`when` is false"
            )

            let answer = try await subject.settled(.chosen(event, [skipped]))

            let row = try #require(try subject.lists.run(skipped.id)).row
            guard case .written(runs: []) = answer else {
                throw ContractBreach("a skipped run is offered to be walked: \(answer)")
            }
            #expect(row.status == .skipped)
            #expect(row.reason == "`when` is false")
            #expect(try subject.status(ofEvent: "evt_1") == .done)
        },
        Case("a run that is dead from the start fails its event once the others have ended") {
            subject in
            let event = try await subject.recorded("evt_1")
            let dead = NewRun(
                id: subject.store.reserveRunID(),
                workflow: StoreSubject.workflow,
                version: subject.versions[0],
                deadReason: "`when` has no value"
            )
            let other = try await subject.store.remember([("other", "cc", "three")])[0]
            let alive = NewRun(id: subject.store.reserveRunID(), workflow: "other", version: other)

            _ = try await subject.settled(.chosen(event, [dead, alive]))
            let before = try subject.status(ofEvent: "evt_1")
            let ref = subject.ref(try subject.stored(alive.id))
            _ = try await subject.settled(
                .effect(ref, subject.call("a"), decide: StoreSubject.succeed)
            )

            #expect(before == .received)
            #expect(try subject.status(ofEvent: "evt_1") == .failed)
            #expect(try subject.lists.run(dead.id)?.row.status == .dead)
        },
        Case("choosing twice is refused and changes nothing") { subject in
            let run = try await subject.started("evt_1")
            let again = NewRun(
                id: subject.store.reserveRunID(),
                workflow: "order-paid",
                version: subject.versions[0]
            )

            let answer = try await subject.settled(.chosen(run.event, [again]))

            guard case .failed(.refused) = answer else {
                throw ContractBreach("chosen twice: \(answer)")
            }
            #expect(try subject.store.runs([again.id]).isEmpty)
        },
        Case("run numbers are never given twice") { subject in
            let numbers = await withTaskGroup(of: RunID.self) { group in
                for _ in 0..<200 { group.addTask { subject.store.reserveRunID() } }
                return await group.reduce(into: Set<RunID>()) { $0.insert($1) }
            }
            #expect(numbers.count == 200)
        },
    ]

    /// Business keys.
    package static let oncePer: [Case] = [
        Case("a second run with the same business key is a recorded no-op") { subject in
            let first = try await subject.started("evt_1", onceKey: "pi_1")
            let second = try await subject.started("evt_2", onceKey: "pi_1")
            let other = try await subject.started("evt_3", onceKey: "pi_2")

            let row = try #require(try subject.lists.run(second.id)).row
            #expect(first.status == .pending)
            #expect(second.status == .skipped)
            #expect(other.status == .pending)
            #expect(row.reason?.contains("run \(first.id)") == true)
            #expect(try subject.status(ofEvent: "evt_2") == .done)
        },
        Case("two events with one business key in one batch: the first wins") { subject in
            let events = [try await subject.recorded("evt_1"), try await subject.recorded("evt_2")]
            let runs = events.map { _ in
                NewRun(
                    id: subject.store.reserveRunID(),
                    workflow: StoreSubject.workflow,
                    version: subject.versions[0],
                    onceKey: "pi_1"
                )
            }

            _ = try await subject.store.settle([
                .chosen(events[0], [runs[0]]), .chosen(events[1], [runs[1]]),
            ])

            #expect(try subject.stored(runs[0].id).status == .pending)
            #expect(try subject.stored(runs[1].id).status == .skipped)
        },
        Case("a run that has nothing to do takes no business key") { subject in
            let event = try await subject.recorded("evt_1")
            let skipped = NewRun(
                id: subject.store.reserveRunID(),
                workflow: StoreSubject.workflow,
                version: subject.versions[0],
                onceKey: "pi_1",
                skipReason: "`when` is false"
            )
            _ = try await subject.settled(.chosen(event, [skipped]))

            let second = try await subject.started("evt_2", onceKey: "pi_1")

            #expect(second.status == .pending)
        },
    ]
}
