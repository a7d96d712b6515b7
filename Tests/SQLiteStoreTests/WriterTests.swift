import Foundation
import Model
import Store
import Synchronization
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `The writer's turns` {
    private let fixture = SQLiteFixture()

    @Test func `a delivery ends the turn of a long batch, which goes on behind it`() async throws {
        let (subject, effects) = try await effects(100)
        let stage = try Stage(fixture)

        let (answers, done) = try await stage.interrupt(effects, by: subject.delivery("evt_new"))

        #expect(done == Limits.settlementsPerTurn)
        #expect(answers.count == effects.count)
        for answer in answers {
            guard case .step(.done, _) = answer else { throw ContractBreach("it says \(answer)") }
        }
        #expect(try stage.tills() == effects.count)
        await stage.writer.close()
    }

    @Test func `a disk that is full behind it leaves the pieces before it`() async throws {
        let (subject, effects) = try await effects(100)
        let stage = try Stage(fixture, roomFor: 20)

        let (answers, done) = try await stage.interrupt(effects, by: subject.delivery("evt_new"))

        #expect(done == Limits.settlementsPerTurn)
        #expect(answers.count == effects.count)
        for (index, answer) in answers.enumerated() {
            switch answer {
            case .step(.done, _) where index < done: continue
            case .unwritten(.full) where index >= done: continue
            default: throw ContractBreach("piece \(index) says \(answer)")
            }
        }
        #expect(try stage.tills() == done)
        await stage.writer.close()
    }

    /// Effects for as many runs that wait at their first step; each fills a part of a page.
    private func effects(_ count: Int) async throws -> (StoreSubject, [Settlement]) {
        let subject = try await fixture.subject()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    _ = try await subject.store.record(subject.delivery("evt_\(number)"))
                }
            }
            try await group.waitForAll()
        }
        let runs = try subject.store.unchosenEvents(after: 0, limit: count).map { event in
            (
                event,
                NewRun(
                    id: subject.store.reserveRunID(),
                    workflow: StoreSubject.workflow,
                    version: subject.versions[0]
                )
            )
        }
        _ = try await subject.store.settle(runs.map { event, run in .chosen(event, [run]) })
        let name = String(repeating: "n", count: 4000)
        let effects = try subject.store.runs(runs.map { $1.id }).map { run -> Settlement in
            let call = subject.call("\(run.id) \(name)")
            return .effect(subject.ref(run), call, decide: StoreSubject.succeed)
        }
        await (subject.store as? SQLiteMemory)?.close()
        return (subject, effects)
    }
}

/// A writer that can be held up where it begins a turn: there it asks for the time.
private final class Stage: Sendable {
    /// The writer.
    let writer: Writer
    private let fixture: SQLiteFixture
    private let diary: Diary

    /// What the writer's clock sees.
    private final class Diary: Sendable {
        /// Who takes it holds the writer up.
        let gate = DispatchSemaphore(value: 1)
        /// How many tills there were when each turn began.
        let tills = Mutex<[Int]>([])
    }

    /// Sets a writer before the fixture's database, which may grow by so many pages.
    init(_ fixture: SQLiteFixture, roomFor pages: Int64 = 100_000) throws {
        let diary = Diary()
        self.fixture = fixture
        self.diary = diary
        let connection = try Connection(path: fixture.path, .writing)
        try Durability.full.request(on: connection)
        let size = try #require(try connection.number("PRAGMA page_count"))
        try connection.execute("PRAGMA max_page_count = \(size + pages)")
        let desk = try Desk(connection: connection) {
            do {
                let count = try Self.tills(in: fixture)
                diary.tills.withLock { $0.append(count) }
            } catch {
                Issue.record(error)
            }
            diary.gate.wait()
            diary.gate.signal()
            return fixture.clock.now
        }
        writer = Writer(desk: desk, onCommit: {}, onBroken: { _ in })
    }

    /// Has a batch written, and a delivery come when its turn has begun.
    ///
    /// - Returns: What the batch came to, and how much of it was written before the delivery was.
    func interrupt(
        _ batch: [Settlement],
        by delivery: Delivery
    ) async throws -> (answers: [Settled], done: Int) {
        // A turn of the door, after which so many settlements are owed.
        var first = delivery
        first.id = EventID("evt_before")
        _ = try await writer.record(first).get()
        diary.gate.wait()
        let turn = diary.tills.withLock { $0.count }
        async let answers = writer.settle(batch).get()
        while diary.tills.withLock({ $0.count }) == turn { await Task.yield() }
        async let receipt = writer.record(delivery).get()
        while !writer.isAsked(after: .max) { await Task.yield() }
        diary.gate.signal()

        #expect(try await receipt == .stored)
        return (try await answers, diary.tills.withLock { $0[turn + 1] })
    }

    /// How many effects are in the database.
    func tills() throws -> Int { try Self.tills(in: fixture) }

    private static func tills(in fixture: SQLiteFixture) throws -> Int {
        let connection = try Connection(path: fixture.path, .reading)
        return Int(try #require(try connection.number("SELECT count(*) FROM tills")))
    }
}
