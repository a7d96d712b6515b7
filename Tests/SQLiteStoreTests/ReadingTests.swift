import Foundation
import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `Reading lists from the database` {
    private let fixture = SQLiteFixture()

    @Test func `events come newest first, by status, type prefix, moment and page`() async throws {
        let subject = try await fixture.subject()
        for number in 1...5 {
            if number == 4 { fixture.clock.turn(by: .seconds(3600)) }
            _ = try await subject.store.record(
                subject.delivery("evt_\(number)", hold: number == 2 ? "wrong mode" : nil)
            )
        }
        let reader = try SQLiteReader.open(directory: fixture.directory)
        func ids(_ filter: EventFilter) throws -> [String] {
            try reader.events(filter).map(\.id.text)
        }

        #expect(try ids(EventFilter()) == ["evt_5", "evt_4", "evt_3", "evt_2", "evt_1"])
        #expect(try ids(EventFilter(limit: 2)) == ["evt_5", "evt_4"])
        #expect(try ids(EventFilter(statuses: [.held])) == ["evt_2"])
        #expect(try ids(EventFilter(statuses: [.received], limit: 1)) == ["evt_5"])
        #expect(try ids(EventFilter(type: "payment_intent.*", limit: 1)) == ["evt_5"])
        #expect(try ids(EventFilter(type: "payment_intent.succeeded")).count == 5)
        #expect(try ids(EventFilter(type: "payment_intent")).isEmpty)
        #expect(try ids(EventFilter(type: "charge.*")).isEmpty)
        #expect(try ids(EventFilter(since: fixture.clock.now)) == ["evt_5", "evt_4"])
        #expect(try ids(EventFilter(since: fixture.clock.now + .seconds(1))).isEmpty)
        let second = try reader.events(EventFilter(limit: 2)).last?.sequence
        #expect(try ids(EventFilter(after: second, limit: 2)) == ["evt_3", "evt_2"])
        #expect(try reader.eventCounts() == [.received: 4, .held: 1])
    }

    @Test func `an event shows its body byte for byte, its deliveries and its runs`() async throws {
        let subject = try await fixture.subject()
        let run = try await subject.started("evt_1")
        _ = try await subject.store.record(subject.delivery("evt_1"))
        let reader = try SQLiteReader.open(directory: fixture.directory)

        let event = try #require(try reader.event(EventID("evt_1")))

        #expect(event.body == subject.delivery("evt_1").body)
        #expect(event.row.deliveries == 2)
        #expect(event.row.account == "acct_1")
        #expect(event.runs.map(\.id) == [run.id])
        #expect(try reader.event(EventID("evt_2")) == nil)
    }

    @Test func `a run shows its steps as they were recorded`() async throws {
        let subject = try await fixture.subject()
        let run = try await subject.started("evt_1")
        let end = RunChange(
            status: .dead,
            position: run.position,
            resetsAttempts: false,
            reason: "no funds"
        )
        let failure = StepFailure("the peer said no", fault: .outside, isFinal: true)
        _ = try await subject.settled(.began(subject.ref(run)))
        _ = try await subject.settled(.ended(subject.ref(run), .failed(failure), end))
        let reader = try SQLiteReader.open(directory: fixture.directory)

        let found = try #require(try reader.run(run.id))

        #expect(found.row.status == .dead)
        #expect(found.row.reason == "no funds")
        #expect(found.row.versionHash == "aa")
        #expect(found.row.dueAt == nil)
        let step = try #require(found.steps.first)
        #expect(found.steps.count == 1)
        #expect(step.status == .failed)
        #expect(step.reason == "the peer said no")
        #expect(step.inputs == "{\"amount\":5}")
        #expect(step.attempts == 1)
        #expect(step.endedAt != nil)
        #expect(try reader.run(RunID(99)) == nil)
    }

    @Test func `runs come newest first, by status, workflow and event`() async throws {
        let subject = try await fixture.subject()
        var runs: [StoredRun] = []
        for number in 1...4 { runs.append(try await subject.started("evt_\(number)")) }
        let ends: [RunStatus] = [.dead, .waiting, .unsure]
        for (run, status) in zip(runs, ends) {
            let change = RunChange(
                status: status,
                position: run.position,
                dueAt: status == .waiting ? fixture.clock.now : nil
            )
            _ = try await subject.settled(.ended(subject.ref(run), .unsure("?"), change))
        }
        let reader = try SQLiteReader.open(directory: fixture.directory)
        func ids(_ filter: RunFilter) throws -> [RunID] { try reader.runs(filter).map(\.id) }

        #expect(try ids(RunFilter()) == runs.map(\.id).reversed())
        #expect(try ids(RunFilter(statuses: [.dead])) == [runs[0].id])
        #expect(try ids(RunFilter(statuses: [.dead, .unsure])) == [runs[2].id, runs[0].id])
        #expect(try ids(RunFilter(statuses: [.waiting])) == [runs[1].id])
        #expect(try ids(RunFilter(statuses: [.pending, .waiting])) == [runs[3].id, runs[1].id])
        #expect(try ids(RunFilter(statuses: [.succeeded])).isEmpty)
        #expect(try ids(RunFilter(workflow: StoreSubject.workflow, limit: 1)) == [runs[3].id])
        #expect(try ids(RunFilter(workflow: "other")).isEmpty)
        #expect(try ids(RunFilter(event: EventID("evt_2"))) == [runs[1].id])
        #expect(try ids(RunFilter(after: runs[2].id)) == [runs[1].id, runs[0].id])
        #expect(try reader.runCounts() == [.dead: 1, .waiting: 1, .unsure: 1, .pending: 1])
    }

    @Test func `audit rows come newest first, by action, event and run`() async throws {
        let subject = try await fixture.subject()
        for action in ["till.started", "reload.applied", "reload.refused"] {
            try await subject.store.audit(
                AuditEntry(
                    actor: "cli:me",
                    action: action,
                    event: EventID("evt_\(action)"),
                    run: RunID(Int64(action.count)),
                    at: fixture.clock.now
                )
            )
        }
        let reader = try SQLiteReader.open(directory: fixture.directory)
        func actions(_ filter: AuditFilter) throws -> [String] {
            try reader.auditRows(filter).map(\.entry.action)
        }

        #expect(try actions(AuditFilter(limit: 2)) == ["reload.refused", "reload.applied"])
        #expect(try actions(AuditFilter(action: "till.started")) == ["till.started"])
        #expect(try actions(AuditFilter(action: "reload.*")).count == 2)
        #expect(try actions(AuditFilter(event: EventID("evt_till.started"))) == ["till.started"])
        #expect(try actions(AuditFilter(run: RunID(12))) == ["till.started"])
        #expect(try reader.auditRows(AuditFilter(limit: 1)).first?.hash.count == 64)
    }

    @Test func `works while the daemon writes, and after it is gone`() async throws {
        let memory = try fixture.open()
        let subject = try await StoreSubject(
            memory,
            lists: memory.reader,
            expressions: memory.expressions,
            clock: fixture.clock
        )
        let reader = try SQLiteReader.open(directory: fixture.directory)
        for number in 1...50 {
            _ = try await subject.store.record(subject.delivery("evt_\(number)"))
            #expect(try reader.eventCounts() == [.received: number])
        }

        await memory.close()

        #expect(try SQLiteReader.open(directory: fixture.directory + "/").eventCounts().count == 1)
    }

    @Test func `writes nothing`() async throws {
        _ = try await fixture.subject()
        let reader = try SQLiteReader.open(directory: fixture.directory)

        #expect(throws: StoreFailure.self) {
            try reader.read { (connection) throws(SQLFault) in
                try connection.execute("DELETE FROM workflow_versions")
            }
        }
    }

    @Test func `what is no database of Till is refused with what to do`() throws {
        #expect(throws: ReaderFailure.missing(path: fixture.path)) {
            try SQLiteReader.open(directory: fixture.directory)
        }
        try FileManager.default.createDirectory(
            atPath: fixture.directory,
            withIntermediateDirectories: true
        )
        try String(repeating: "this is no database. ", count: 10)
            .write(toFile: fixture.path, atomically: true, encoding: .utf8)

        let failure = #expect(throws: ReaderFailure.self) {
            try SQLiteReader.open(directory: fixture.directory)
        }
        guard case .foreign? = failure else {
            Issue.record("it said \(String(describing: failure))")
            return
        }
        #expect(failure?.description.contains("--state") == true)
    }

    @Test func `a list by moment looks at no row before it`() async throws {
        _ = try await fixture.subject()
        let connection = try Connection(path: fixture.path, .writing)
        try connection.execute(
            """
            BEGIN;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
            INSERT INTO webhook_events (seq, id, type, status, livemode, lane, is_thin, endpoint,
              secret_slot, created_at, received_at)
            SELECT i, 'evt_' || i, 'charge.succeeded',
              CASE i % 50000 WHEN 0 THEN 'held' ELSE 'done' END,
              0, i, 0, 'stripe', 1, i * 1000, i * 1000 FROM n;
            COMMIT;
            """
        )
        let reader = try SQLiteReader.open(directory: fixture.directory)
        func time(_ filter: EventFilter) throws -> Duration {
            let clock = ContinuousClock()
            let times = try (0..<9).map { _ in
                try clock.measure { _ = try reader.events(filter) }
            }
            return times.min() ?? .zero
        }

        let late = Timestamp(milliseconds: 199_990_000)
        #expect(try reader.events(EventFilter(type: "x", since: late)).isEmpty)
        #expect(try reader.events(EventFilter(since: late)).count == 11)
        let all = try time(EventFilter(type: "x"))
        #expect(try time(EventFilter(type: "x", since: late)) < all / 5)
        #expect(try time(EventFilter(statuses: [.held])) < all / 5)
        #expect(try time(EventFilter(limit: 50)) < all / 5)
    }
}
