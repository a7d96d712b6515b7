import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `The audit log` {
    private let fixture = SQLiteFixture()

    /// A closed database with that many rows, and a connection that may break it.
    private func log(rows: Int) async throws -> Connection {
        let memory = try fixture.open()
        for number in 0..<rows {
            try await memory.audit(
                AuditEntry(
                    actor: "cli:ann",
                    action: "test.\(number)",
                    event: EventID("evt_\(number)"),
                    run: number.isMultiple(of: 2) ? RunID(Int64(number)) : nil,
                    detail: "{\"n\":\(number)}",
                    at: fixture.clock.now
                )
            )
        }
        await memory.close()
        return try Connection(path: fixture.path, .writing)
    }

    @Test func `a log as it was written verifies`() async throws {
        _ = try await log(rows: 9)

        let verdict = try AuditVerifier.verify(databasePath: fixture.path)

        #expect(verdict.rows == 9)
        #expect(verdict.firstBad == nil)
        #expect(verdict.head.count == 64)
    }

    @Test func `an empty log verifies`() async throws {
        _ = try await log(rows: 0)

        let verdict = try AuditVerifier.verify(databasePath: fixture.path)

        #expect(verdict.rows == 0)
        #expect(verdict.head == String(repeating: "0", count: 64))
    }

    @Test(arguments: ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"])
    func `a row can neither be changed nor deleted`(statement: String) async throws {
        let connection = try await log(rows: 2)

        let fault = #expect(throws: SQLFault.self) { try connection.execute(statement) }

        #expect(fault?.message.contains("append-only") == true)
    }

    @Test(arguments: [
        ("UPDATE audit_log SET actor = 'cli:bob' WHERE seq = 4", 4),
        ("UPDATE audit_log SET at = at + 1 WHERE seq = 4", 4),
        ("UPDATE audit_log SET action = 'test.X' WHERE seq = 4", 4),
        ("UPDATE audit_log SET event_id = NULL WHERE seq = 4", 4),
        ("UPDATE audit_log SET run_id = 99 WHERE seq = 5", 5),
        ("UPDATE audit_log SET run_id = NULL WHERE seq = 5", 5),
        ("UPDATE audit_log SET detail = '{}' WHERE seq = 4", 4),
        ("UPDATE audit_log SET hash = zeroblob(32) WHERE seq = 4", 4),
        ("UPDATE audit_log SET prev_hash = zeroblob(32) WHERE seq = 4", 4),
        ("UPDATE audit_log SET actor = 'cli:anntest.3', action = '' WHERE seq = 4", 4),
        ("DELETE FROM audit_log WHERE seq = 4", 4),
        ("DELETE FROM audit_log WHERE seq = 1", 1),
        ("UPDATE audit_log SET seq = seq + 100 WHERE seq > 5", 6),
    ])
    func `the first row that was tampered with is named`(change: String, row: Int64) async throws {
        let connection = try await log(rows: 9)
        try connection.execute(
            "DROP TRIGGER audit_log_keeps_rows; DROP TRIGGER audit_log_keeps_words; \(change)"
        )

        let verdict = try AuditVerifier.verify(databasePath: fixture.path)

        #expect(verdict.firstBad?.sequence == row)
        #expect(verdict.rows == row - 1)
    }

    @Test func `a log that was cut off has another head`() async throws {
        let connection = try await log(rows: 9)
        let before = try AuditVerifier.verify(databasePath: fixture.path).head
        try connection.execute(
            "DROP TRIGGER audit_log_keeps_rows; DELETE FROM audit_log WHERE seq = 9"
        )

        #expect(try AuditVerifier.verify(databasePath: fixture.path).head != before)
    }

    @Test func `the chain goes on after opening again`() async throws {
        _ = try await log(rows: 3)
        _ = try await log(rows: 2)

        let verdict = try AuditVerifier.verify(databasePath: fixture.path)

        #expect(verdict.rows == 5)
        #expect(verdict.firstBad == nil)
    }
}
