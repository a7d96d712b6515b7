import Model
import Store
import Testing

extension StoreContract {
    /// Letting held events go on.
    package static let releases: [Case] = [
        Case("a released event waits for its workflows, on record with both reasons") { subject in
            _ = try await subject.store.record(subject.delivery("evt_1", hold: "the wrong mode"))
            let changes = subject.store.changes()

            let sequence = try await subject.release("evt_1")

            let waiting = try subject.store.unchosenEvents(after: 0, limit: 9)
            let row = try #require(try subject.lists.event(EventID("evt_1"))).row
            let audit = try subject.lists.auditRows(AuditFilter(action: "event.released"))
            #expect(waiting.map(\.sequence) == [sequence])
            #expect(waiting.map(\.crashes) == [0])
            #expect(waiting.first?.body == subject.delivery("evt_1").body)
            #expect((row.status, row.reason) == (.received, nil))
            #expect(audit.map(\.entry.actor) == ["cli:ann"])
            #expect(audit.first?.entry.event == EventID("evt_1"))
            #expect(
                audit.first?.entry.detail == #"{"held":"the wrong mode","reason":"a \"slip\""}"#
            )
            var iterator = changes.makeAsyncIterator()
            #expect(await iterator.next() != nil)
        },
        Case("an event that was held after crashes begins without their marks") { subject in
            let event = try await subject.recorded("evt_1")
            for _ in 0..<3 { _ = try await subject.settled(.suspectedEvent(event)) }
            _ = try await subject.settled(.held(event, reason: "it crashed"))
            #expect(try subject.status(ofEvent: "evt_1") == .held)

            _ = try await subject.release("evt_1")

            #expect(try subject.store.unchosenEvents(after: 0, limit: 9).map(\.crashes) == [0])
            #expect(try subject.status(ofEvent: "evt_1") == .received)
        },
        Case("what is not held or never was is not released, and says what to do") { subject in
            _ = try await subject.recorded("evt_new")
            let unmatched = try await subject.recorded("evt_unmatched")
            _ = try await subject.settled(.chosen(unmatched, []))
            _ = try await subject.walkedToDeath("evt_failed")
            _ = try await subject.store.record(subject.delivery("evt_twice", hold: "a slip"))
            _ = try await subject.release("evt_twice")
            let rows = try subject.lists.auditRows(AuditFilter(limit: 99)).count

            for (id, words) in [
                ("evt_new", "is received"), ("evt_unmatched", "no workflow"),
                ("evt_failed", "till runs retry"), ("evt_twice", "is received"),
                ("evt_none", "there is no event evt_none"),
            ] {
                let refusal = await #expect(throws: StoreFailure.self) {
                    _ = try await subject.release(id)
                }
                guard case .refused(let reason) = refusal else {
                    throw ContractBreach("\(id) is not refused: \(refusal.debugDescription)")
                }
                #expect(reason.contains(words), "\(reason)")
            }
            #expect(try subject.lists.auditRows(AuditFilter(limit: 99)).count == rows)
            #expect(try subject.status(ofEvent: "evt_unmatched") == .unmatched)
            let waiting = try subject.store.unchosenEvents(after: 0, limit: 9).map(\.id.text)
            #expect(waiting == ["evt_new", "evt_twice"])
        },
    ]
}

extension StoreSubject {
    /// Releases an event as a person does.
    package func release(_ id: String) async throws -> Int64 {
        try await store.release(
            EventID(id),
            because: "a \"slip\"",
            actor: "cli:ann",
            at: clock.now
        )
    }
}
