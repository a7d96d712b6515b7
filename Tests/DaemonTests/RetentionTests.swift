import Daemon
import Foundation
import Model
import SQLiteStore
import Store
import TestKit
import Testing

@Suite struct `Keeping what may hold personal data` {
    /// An open store in a folder of its own, and what drops bodies from it.
    private func with<Value>(
        _ work: (StoreSubject, SQLiteMemory, Retention) async throws -> Value
    ) async throws -> Value {
        let folder = NSTemporaryDirectory() + "till-retention-\(UUID().uuidString)"
        let clock = HandClock()
        let memory = try SQLiteMemory.open(directory: folder, clock: clock.wall)
        let subject = try await StoreSubject(
            memory,
            lists: memory.reader,
            expressions: memory.expressions,
            clock: clock
        )
        let retention = Retention(
            memory: memory,
            policy: { RetentionPolicy() },
            clock: clock.wall
        )
        let result: Result<Value, any Error>
        do {
            result = .success(try await work(subject, memory, retention))
        } catch {
            result = .failure(error)
        }
        await memory.close()
        try FileManager.default.removeItem(atPath: folder)
        return try result.get()
    }

    private func hasBody(_ id: String, _ memory: SQLiteMemory) throws -> Bool {
        try memory.reader.event(EventID(id))?.body != nil
    }

    @Test func `each class of event loses its body when its time is over, an open one never`()
        async throws
    {
        try await with { subject, memory, retention in
            let run = try await subject.started("evt_done")
            _ = try await subject.settled(
                .effect(subject.ref(run), subject.call("a"), decide: StoreSubject.succeed)
            )
            _ = try await subject.walkedToDeath("evt_failed")
            _ = try await memory.record(subject.delivery("evt_held", hold: "wrong mode"))
            _ = try await subject.started("evt_open")
            subject.clock.turn(by: .seconds(80 * 86_400))
            let young = try await subject.recorded("evt_young")
            _ = try await subject.settled(.chosen(young, []))

            #expect(try await retention.pass() == 0)
            subject.clock.turn(by: .seconds(11 * 86_400))
            #expect(try await retention.pass() == 1)
            let all = ["evt_done", "evt_failed", "evt_held", "evt_open", "evt_young"]
            #expect(try all.map { try hasBody($0, memory) } == [false, true, true, true, true])
            subject.clock.turn(by: .seconds(275 * 86_400))
            #expect(try await retention.pass() == 3)
            #expect(try all.map { try hasBody($0, memory) } == [false, false, false, true, false])
        }
    }

    @Test func `what was purged is gone, and its event, keys and audit log are not`() async throws {
        try await with { subject, memory, retention in
            let run = try await subject.started("evt_1")
            _ = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", 5), decide: StoreSubject.succeed)
            )
            let before = try memory.reader.auditCheckpoint()
            subject.clock.turn(by: .seconds(91 * 86_400))
            #expect(try await retention.pass() == 1)

            let detail = try #require(try memory.reader.run(run.id))
            #expect(detail.row.status == .succeeded)
            let step = try #require(detail.steps.first)
            #expect(step.inputs == nil && step.outputs == nil && step.key == subject.ref(run).key)
            #expect(try await memory.record(subject.delivery("evt_1")) == .duplicate)
            #expect(try !hasBody("evt_1", memory))
            let rows = try memory.reader.auditRows(AuditFilter(action: "retention.purged"))
            #expect(
                rows.map(\.entry.detail) == [#"{"events":1,"steps":1,"first":1,"last":1}"#]
            )
            let verdict = try AuditVerifier.verify(databasePath: memory.path, against: [before])
            #expect(verdict.firstBad == nil)
        }
    }

    @Test func `a purged event cannot be released and says so`() async throws {
        try await with { subject, memory, retention in
            _ = try await memory.record(subject.delivery("evt_1", hold: "wrong mode"))
            subject.clock.turn(by: .seconds(366 * 86_400))
            #expect(try await retention.pass() == 1)

            let refusal = await #expect(throws: StoreFailure.self) {
                _ = try await subject.release("evt_1")
            }
            #expect(refusal?.reason.contains("purged") == true)
            #expect(try subject.status(ofEvent: "evt_1") == .held)
            #expect(try memory.unchosenEvents(after: 0, limit: 9).isEmpty)
        }
    }

    @Test func `a purged run cannot be retried and says so`() async throws {
        try await with { subject, memory, retention in
            let run = try await subject.walkedToDeath("evt_1")
            subject.clock.turn(by: .seconds(366 * 86_400))
            #expect(try await retention.pass() == 1)

            let refusal = await #expect(throws: StoreFailure.self) {
                try await memory.retry(
                    run.id,
                    version: run.version,
                    fromStart: true,
                    actor: "cli:ann",
                    at: subject.clock.now
                )
            }
            #expect(refusal?.reason.contains("purged") == true)
            #expect(try subject.stored(run.id).status == .dead)
        }
    }

    @Test func `a retry that came just before keeps the body`() async throws {
        try await with { subject, memory, retention in
            let run = try await subject.walkedToDeath("evt_1")
            subject.clock.turn(by: .seconds(366 * 86_400))
            try await memory.retry(
                run.id,
                version: run.version,
                fromStart: true,
                actor: "cli:ann",
                at: subject.clock.now
            )

            #expect(try await memory.purge([run.event.sequence]) == 0)
            #expect(try hasBody("evt_1", memory))
        }
    }

    @Test func `many go in small transactions, each on record, while webhooks come in`()
        async throws
    {
        try await with { subject, memory, retention in
            for number in 0..<650 {
                let event = try await subject.recorded("evt_\(number)")
                _ = try await subject.settled(.chosen(event, []))
            }
            subject.clock.turn(by: .seconds(91 * 86_400))
            async let deliveries = withThrowingTaskGroup(of: Receipt.self) { group in
                for number in 0..<200 {
                    group.addTask { try await memory.record(subject.delivery("new_\(number)")) }
                }
                return try await group.reduce(into: 0) { $0 += $1 == .stored ? 1 : 0 }
            }

            #expect(try await retention.pass() == 650)
            #expect(try await deliveries == 200)
            let rows = try memory.reader.auditRows(
                AuditFilter(action: "retention.purged", limit: 1000)
            )
            #expect(rows.count == 33)
        }
    }
}
