import Foundation
import Model
import PowerLossVFS
import Store
import Synchronization
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `The write-ahead log` {
    private let fixture = SQLiteFixture()

    @Test func `is moved beside the writer and begun anew once it is long`() async throws {
        let desk = try await Self.desk(fixture, .hasty)
        let reader = try SQLiteReader.open(directory: fixture.directory)
        var longest = 0

        for number in 0..<1000 {
            #expect(desk.commit(Self.load(number, fixture)).receipts == [.success(.stored)])
            desk.tendLog { failure in Issue.record("the disk failed: \(failure)") }
            longest = max(longest, try size("-wal"))
            // Readers come and go, as they do in the daemon.
            _ = try reader.auditCheckpoint()
        }

        #expect(try fixture.logNumber() > 3)
        #expect(longest < 1000 * 8216, "the log grew to \(longest) bytes")
        #expect(try size("") > 1000 * 8192)
        desk.close()
        #expect(try size("-wal") == 0)
        let facts = DatabaseFacts.look(at: fixture.path, isQuick: false)
        #expect(facts.problems.isEmpty)
        #expect(try rows() == 1000)
    }

    /// What keeps SQLite's "WAL-reset bug" away.
    @Test func `is not begun anew while a reader has its place in it`() async throws {
        try await fixture.open().close()
        let writer = try Connection(path: fixture.path, .writing)
        let mover = try Connection(path: fixture.path, .writing)
        let reader = try Connection(path: fixture.path, .reading)
        _ = try mover.number("PRAGMA user_version")
        let pages = PageCount()
        pages.watch(writer.handle)
        try writer.execute("CREATE TABLE a (b); INSERT INTO a VALUES (1)")
        let before = pages.count

        try reader.holdingLog { () throws(SQLFault) in
            #expect(try mover.checkpoint() == before)
            try writer.execute("INSERT INTO a VALUES (2)")
            #expect(pages.count > before)
        }

        #expect(try mover.checkpoint() == pages.count)
        try writer.execute("INSERT INTO a VALUES (3)")
        #expect(pages.count < before)
        #expect(try writer.number("SELECT sum(b) FROM a") == 6)
    }

    @Test func `is begun anew at once where the disk is full`() async throws {
        let desk = try await Self.desk(fixture, .full)
        let connection = desk.connection
        for number in 0..<20 { _ = desk.commit(Self.load(number, fixture)) }
        let number = try fixture.logNumber()
        let pages = try #require(try connection.number("PRAGMA page_count"))

        try connection.execute("PRAGMA max_page_count = \(pages)")
        guard case .failure(.full) = desk.commit(Self.load(20, fixture)).receipts[0] else {
            throw ContractBreach("a full disk took a delivery")
        }
        desk.tendLog { failure in Issue.record("the disk failed: \(failure)") }
        try connection.execute("PRAGMA max_page_count = 1000000")
        #expect(desk.commit(Self.load(20, fixture)).receipts == [.success(.stored)])

        #expect(try fixture.logNumber() == number + 1)
        desk.close()
        #expect(try rows() == 21)
    }

    @Test func `a disk that fails beside the writer is told`() async throws {
        await #expect(processExitsWith: .success) {
            power_loss_enter(0)
            let fixture = SQLiteFixture()
            let desk = try await Self.desk(fixture, .hasty)
            for number in 0..<10 { _ = desk.commit(Self.load(number, fixture)) }
            let told = Mutex<StoreFailure?>(nil)

            power_loss_arm(1)
            desk.tendLog { failure in told.withLock { $0 = failure } }
            desk.close()

            guard case .broken = told.withLock({ $0 }) else {
                throw ContractBreach("without power it told \(told.withLock { "\($0 as Any)" })")
            }
        }
    }

    /// A desk over a new database.
    private static func desk(
        _ fixture: SQLiteFixture,
        _ durability: Durability
    ) async throws -> Desk {
        try await fixture.open().close()
        let connection = try Connection(path: fixture.path, .writing)
        try durability.request(on: connection)
        return try Desk(
            connection: connection,
            clock: fixture.clock.wall,
            durability: durability
        )
    }

    /// One delivery of some pages.
    private static func load(_ number: Int, _ fixture: SQLiteFixture) -> Load {
        var load = Load()
        load.deliveries = [fixture.delivery("evt_\(number)", bytes: 20_000)]
        return load
    }

    private func size(_ ending: String) throws -> Int {
        let facts = try FileManager.default.attributesOfItem(atPath: fixture.path + ending)
        return try #require(facts[.size] as? Int)
    }

    private func rows() throws -> Int64? {
        try Connection(path: fixture.path, .reading).number("SELECT count(*) FROM webhook_events")
    }
}
