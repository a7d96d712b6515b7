import Foundation
import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `Opening the state directory` {
    private let fixture = SQLiteFixture()

    @Test func `a commit is synced to the disk`() async throws {
        try await fixture.open().close()
        let connection = try Connection(path: fixture.path, .writing)

        try Durability.full.request(on: connection)

        #expect(try connection.text("PRAGMA journal_mode") == "wal")
        #expect(try connection.text("PRAGMA synchronous") == "2")
        #expect(try Durability.full.violation(on: connection) == nil)
    }

    @Test(arguments: [
        ("PRAGMA synchronous = NORMAL", "synchronous"),
        ("PRAGMA foreign_keys = OFF", "foreign_keys"),
        ("PRAGMA journal_mode = DELETE", "journal_mode"),
    ])
    func `a setting that is not safe is found`(change: String, name: String) async throws {
        try await fixture.open().close()
        let connection = try Connection(path: fixture.path, .writing)
        try Durability.full.request(on: connection)

        try connection.execute(change)

        #expect(try Durability.full.violation(on: connection)?.setting == name)
    }

    @Test func `only its owner can read what is in it`() async throws {
        let memory = try fixture.open()
        _ = try await memory.record(fixture.delivery("evt_1"))

        for (file, rights) in [("", 0o700), ("/till.db", 0o600), ("/till.db-wal", 0o600)] {
            let found = try FileManager.default.attributesOfItem(atPath: fixture.directory + file)
            #expect(found[.posixPermissions] as? Int == rights, "\(file)")
        }
        await memory.close()
    }

    @Test func `a second process is kept out and told who is in`() async throws {
        let memory = try fixture.open()

        let failure = #expect(throws: OpeningFailure.self) { try fixture.open() }

        #expect(failure == .taken(directory: fixture.directory, holder: "\(getpid())"))
        #expect(StateLock.holder(directory: fixture.directory) == "\(getpid())")
        await memory.close()
        #expect(StateLock.holder(directory: fixture.directory) == nil)
        try await fixture.open().close()
    }

    @Test func `what was recorded is there after opening again`() async throws {
        let first = try await fixture.subject()
        let run = try await first.started("evt_1")
        await (first.store as? SQLiteMemory)?.close()

        let second = try await fixture.subject()

        #expect(try second.stored(run.id).event.id.text == "evt_1")
        #expect(second.store.reserveRunID() > run.id)
        #expect(second.versions == first.versions)
    }

    @Test func `a database of a newer Till is left alone`() async throws {
        try await fixture.open().close()
        try Connection(path: fixture.path, .writing).execute("PRAGMA user_version = 99")

        let failure = #expect(throws: OpeningFailure.self) { try fixture.open() }

        let known = Int64(CoreSchema.versions.count)
        #expect(failure == .newer(path: fixture.path, found: 99, known: known))
        #expect(failure?.fault == .operator)
    }

    @Test func `somebody else's database is left alone`() throws {
        try StateDirectory.make(fixture.directory)
        try Connection(path: fixture.path, .writing).execute("CREATE TABLE notes (text TEXT)")

        let failure = #expect(throws: OpeningFailure.self) { try fixture.open() }

        #expect(failure == .foreign(path: fixture.path))
    }

    @Test func `a file that is no database is left alone`() throws {
        try StateDirectory.make(fixture.directory)
        let text = String(repeating: "not a database\n", count: 99)
        try text.write(toFile: fixture.path, atomically: false, encoding: .utf8)

        let failure = #expect(throws: OpeningFailure.self) { try fixture.open() }

        #expect(failure == .foreign(path: fixture.path))
        #expect(try String(contentsOfFile: fixture.path, encoding: .utf8) == text)
    }

    @Test func `a directory that cannot be made is named`() throws {
        let failure = #expect(throws: OpeningFailure.self) {
            try SQLiteMemory.open(
                directory: "/dev/null/till",
                clock: fixture.clock.wall
            )
        }

        #expect(failure == .unusable(path: "/dev/null/till", detail: "Not a directory"))
        // The fixture's own directory exists, so that it can be removed.
        try StateDirectory.make(fixture.directory)
    }
}

@Suite struct `The core schema` {
    private let fixture = SQLiteFixture()

    /// The words of every CHECK on a column of that name in a table's text.
    private func words(of column: String, in table: String) throws -> Set<String> {
        let connection = try Connection(path: fixture.path, .reading)
        let text =
            try connection.text("SELECT sql FROM sqlite_schema WHERE name = '\(table)'") ?? ""
        // One by one: SQLite makes a table of a longer list at every row that is written.
        let list = try #require(
            text.firstMatch(of: try Regex("CHECK \\((\(column) = '[^)]*)\\)"))
        )
        let words = try String(list.output[1].substring ?? "").matches(
            of: Regex("\(column) = '([a-z]+)'")
        )
        return Set(words.compactMap { $0.output[1].substring.map(String.init) })
    }

    @Test func `every state word of the model is known to the tables, and no other`() async throws {
        try await fixture.open().close()

        #expect(try words(of: "status", in: "webhook_events") == names(of: EventStatus.self))
        #expect(try words(of: "status", in: "workflow_runs") == names(of: RunStatus.self))
        #expect(try words(of: "phase", in: "workflow_runs") == names(of: StepPosition.Phase.self))
        #expect(try words(of: "fault", in: "workflow_runs") == names(of: Fault.self))
        #expect(try words(of: "status", in: "step_runs") == names(of: StepStatus.self))
        #expect(try words(of: "phase", in: "step_runs") == names(of: StepPosition.Phase.self))
        #expect(try words(of: "fault", in: "step_runs") == names(of: Fault.self))
    }

    @Test func `every table is strict and kept from plugins`() async throws {
        try await fixture.open().close()
        let connection = try Connection(path: fixture.path, .reading)

        let tables = try #require(
            try connection.text(
                "SELECT group_concat(name) FROM pragma_table_list WHERE schema = 'main' AND strict"
            )
        )
        let all = try connection.number(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )

        #expect(Set(tables.split(separator: ",").map(String.init)) == Warden.coreTables)
        #expect(all == Int64(Warden.coreTables.count))
    }

    /// The raw values of an enum.
    private func names<Word: CaseIterable & RawRepresentable<String>>(
        of type: Word.Type
    ) -> Set<String> {
        Set(Word.allCases.map(\.rawValue))
    }
}
