import Foundation
import Model
import Store
import Synchronization
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `A disk that fails` {
    private let fixture = SQLiteFixture()

    @Test func `a full disk refuses a whole load and takes it when space is back`() async throws {
        try await fixture.open().close()
        let connection = try Connection(path: fixture.path, .writing)
        try Durability.full.request(on: connection)
        let pages = try #require(try connection.number("PRAGMA page_count"))
        try connection.execute("PRAGMA max_page_count = \(pages + 2)")
        let desk = try Desk(connection: connection, clock: fixture.clock.wall)
        var load = Load()
        load.deliveries = [fixture.delivery("evt_1"), fixture.delivery("evt_2", bytes: 100_000)]

        let full = desk.commit(load)
        try connection.execute("PRAGMA max_page_count = 1000000")
        let stored = desk.commit(load)

        for receipt in full.receipts {
            guard case .failure(.full) = receipt else {
                throw ContractBreach("a full disk answered \(receipt)")
            }
        }
        #expect(stored.receipts == [.success(.stored), .success(.stored)])
        #expect(full.broken == nil)
    }

    @Test func `an effect that fills the disk is no failure of the effect`() async throws {
        let subject = try await fixture.subject()
        let run = try await subject.started("evt_1")
        await (subject.store as? SQLiteMemory)?.close()
        let connection = try Connection(path: fixture.path, .writing)
        try Durability.full.request(on: connection)
        let pages = try #require(try connection.number("PRAGMA page_count"))
        try connection.execute("PRAGMA max_page_count = \(pages)")
        let desk = try Desk(connection: connection, clock: fixture.clock.wall)
        var load = Load()
        let name = String(repeating: "n", count: 50_000)
        load.batches = [
            [.effect(subject.ref(run), subject.call(name), decide: StoreSubject.succeed)]
        ]

        let full = desk.commit(load)
        try connection.execute("PRAGMA max_page_count = 1000000")
        let done = desk.commit(load)

        guard case .failure(.full) = full.settled[0] else {
            throw ContractBreach("a full disk answered \(full.settled)")
        }
        guard case .step(.done, _) = try done.settled[0].get()[0] else {
            throw ContractBreach("with space it answered \(done.settled)")
        }
    }

    @Test func `after a failure that leaves the file unknown nothing more is taken`() async throws {
        try await fixture.open().close()
        try spoilPages(of: "event_bodies")
        let told = Mutex<[StoreFailure]>([])
        let memory = try fixture.open { failure in told.withLock { $0.append(failure) } }

        for number in 0..<3 {
            let failure = await #expect(throws: StoreFailure.self) {
                try await memory.record(fixture.delivery("evt_\(number)"))
            }
            guard case .broken = failure else {
                throw ContractBreach("a broken file answered \(String(describing: failure))")
            }
        }
        let failure = await #expect(throws: StoreFailure.self) {
            try await memory.audit(AuditEntry(actor: "a", action: "b", at: fixture.clock.now))
        }

        #expect(failure == told.withLock { $0.first })
        #expect(told.withLock { $0.count } == 1)
        await memory.close()
    }

    @Test func `too many waiting deliveries are answered busy at once, the others are stored`()
        async throws
    {
        // The writer asks for the time when it begins a commit, and is held up there.
        let gate = DispatchSemaphore(value: 1)
        let commits = Mutex(0)
        let memory = try SQLiteMemory.open(
            directory: fixture.directory,
            clock: { [clock = fixture.clock] in
                commits.withLock { $0 += 1 }
                gate.wait()
                gate.signal()
                return clock.now
            }
        )
        gate.wait()
        let opened = commits.withLock { $0 }
        async let first = memory.record(fixture.delivery("evt_first"))
        while commits.withLock({ $0 }) == opened { await Task.yield() }

        let receipts = await withTaskGroup(of: Result<Receipt, StoreFailure>.self) { group in
            for number in 0..<(Limits.waitingDeliveries + 7) {
                group.addTask {
                    do throws(StoreFailure) {
                        return .success(try await memory.record(fixture.delivery("evt_\(number)")))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            var receipts: [Result<Receipt, StoreFailure>] = []
            while let receipt = await group.next() {
                receipts.append(receipt)
                if receipts.count == 7 { gate.signal() }
            }
            return receipts
        }

        #expect(try await first == .stored)
        #expect(receipts.count { if case .failure(.busy) = $0 { true } else { false } } == 7)
        #expect(receipts.count { $0 == .success(.stored) } == Limits.waitingDeliveries)
        await memory.close()
    }

    /// Overwrites a table's first page with nonsense.
    private func spoilPages(of table: String) throws {
        let connection = try Connection(path: fixture.path, .reading)
        let size = try #require(try connection.number("PRAGMA page_size"))
        let page = try #require(
            try connection.number("SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'")
        )
        let file = try #require(FileHandle(forUpdatingAtPath: fixture.path))
        try file.seek(toOffset: UInt64((page - 1) * size))
        try file.write(contentsOf: Data(repeating: 0xAB, count: Int(size)))
        try file.close()
    }
}
