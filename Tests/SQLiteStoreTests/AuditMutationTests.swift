import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

/// What somebody who can write the file may do to the audit log, by random and again by its seed.
@Suite struct `Tampering with the audit log` {
    private static let rows: Int64 = 20
    private let fixture = SQLiteFixture()

    /// A log with all kinds of columns, its end, and a connection that may break it.
    private func log() async throws -> (Connection, AuditCheckpoint) {
        let memory = try fixture.open()
        for number in 0..<Self.rows {
            try await memory.audit(
                AuditEntry(
                    actor: ["till", "engine", "cli:ann", "cli:bob"][Int(number % 4)],
                    action: "test.\(number % 5)",
                    event: number % 3 == 0 ? nil : EventID("evt_\(number)"),
                    run: number % 4 == 0 ? nil : RunID(number),
                    detail: number % 6 == 0 ? "{}" : "{\"n\":\(number),\"é\":\"\u{FFFD}\"}",
                    at: fixture.clock.now
                )
            )
        }
        let end = try memory.reader.auditCheckpoint()
        await memory.close()
        let connection = try Connection(path: fixture.path, .writing)
        try connection.execute(
            "DROP TRIGGER audit_log_keeps_rows; DROP TRIGGER audit_log_keeps_words"
        )
        return (connection, end)
    }

    @Test func `ten thousand edits, deletions, swaps and forgeries are all found`() async throws {
        let (connection, end) = try await log()
        let clean = try AuditVerifier.verify(on: connection, against: [end])
        #expect(clean.firstBad == nil && clean.rows == Self.rows)
        var seen: [String: Int] = [:]
        for seed in 0..<UInt64(10_000) {
            var mutator = AuditMutator(seed: seed, rows: Self.rows)
            try connection.execute("BEGIN")
            let kind = try mutator.mutate(connection)
            let verdict = try AuditVerifier.verify(on: connection, against: [end])
            try connection.execute("ROLLBACK")
            seen[kind, default: 0] += 1
            guard verdict.firstBad == nil else { continue }
            Issue.record("seed \(seed), \(kind): not found")
        }
        #expect(seen.count == AuditMutator.kinds.count, "\(seen)")
        #expect(try AuditVerifier.verify(on: connection, against: [end]).firstBad == nil)
    }

    @Test func `what is cut off or written anew looks whole without a checkpoint`() async throws {
        let (connection, end) = try await log()
        for kind in ["cut off", "written anew"] {
            try connection.execute("BEGIN")
            var mutator = AuditMutator(seed: 1, rows: Self.rows)
            try mutator.mutate(connection, by: kind)
            #expect(try AuditVerifier.verify(on: connection, against: []).firstBad == nil)
            #expect(try AuditVerifier.verify(on: connection, against: [end]).firstBad != nil)
            try connection.execute("ROLLBACK")
        }
    }

    @Test(arguments: [
        ("2026-02-03T04:05:06.000Z NOTICE   till: audit checkpoint checkpoint=7:HASH", 7),
        ("ts=x level=notice logger=till msg=\"audit checkpoint\" checkpoint=8:HASH", 8),
        (#"{"ts":"x","level":"notice","msg":"audit checkpoint","checkpoint":"9:HASH"}"#, 9),
    ])
    func `a checkpoint is found in a log line of each format`(line: String, row: Int64) {
        let hash = String(repeating: "0a", count: 32)
        let log = "other 1:\(hash)\n" + line.replacing("HASH", with: hash) + "\nmore"

        #expect(
            AuditCheckpoint.all(inLog: log) == [AuditCheckpoint(sequence: row, hash: hash)]
        )
    }
}

/// Changes an audit log in one way that its seed says; the log is never as it was afterwards.
struct AuditMutator {
    /// The ways.
    static let kinds = [
        "edited", "rehashed", "deleted", "cut off", "swapped numbers", "swapped words", "repeated",
        "written anew", "renumbered", "unprintable",
    ]

    private var random: SplitMix
    private let rows: Int64

    /// Begins with a seed.
    init(seed: UInt64, rows: Int64) {
        random = SplitMix(state: seed)
        self.rows = rows
    }

    /// Changes the log in some way; the way.
    mutating func mutate(_ connection: Connection) throws -> String {
        let kind = Self.kinds[Int(below(Int64(Self.kinds.count)))]
        try mutate(connection, by: kind)
        return kind
    }

    /// Changes the log in that way.
    mutating func mutate(_ connection: Connection, by kind: String) throws {
        let row = 1 + below(rows)
        let other = 1 + (row + below(rows - 1)) % rows
        switch kind {
        case "edited": try connection.execute(edit(of: row))
        case "rehashed":
            try connection.execute(edit(of: row, columns: 5))
            try rehash(connection, from: row, to: row)
        case "deleted": try connection.execute("DELETE FROM audit_log WHERE seq = \(row)")
        case "cut off": try connection.execute("DELETE FROM audit_log WHERE seq >= \(row)")
        case "swapped numbers":
            try connection.execute(
                """
                UPDATE audit_log SET seq = -1 WHERE seq = \(row);
                UPDATE audit_log SET seq = \(row) WHERE seq = \(other);
                UPDATE audit_log SET seq = \(other) WHERE seq = -1
                """
            )
        case "swapped words":
            let columns = ["at", "actor", "action", "event_id", "run_id", "detail"]
            let sets = columns.map {
                "\($0) = (SELECT \($0) FROM audit_log AS o WHERE o.seq = "
                    + "\(row) + \(other) - audit_log.seq)"
            }
            // Rows that are alike in all but their number stay as they were.
            try connection.execute(
                """
                UPDATE audit_log SET \(sets.joined(separator: ", "))
                WHERE seq IN (\(row), \(other));
                UPDATE audit_log SET action = action || '!' WHERE seq = \(row)
                """
            )
        case "repeated":
            try connection.execute(
                """
                INSERT INTO audit_log SELECT \(rows) + 1, at, actor, action, event_id, run_id,
                  detail, prev_hash, hash FROM audit_log WHERE seq = \(row)
                """
            )
        case "written anew":
            try connection.execute(edit(of: row, columns: 5))
            try rehash(connection, from: row, to: rows)
        case "renumbered":
            try connection.execute(
                """
                DELETE FROM audit_log WHERE seq = \(row);
                UPDATE audit_log SET seq = -seq WHERE seq > \(row);
                UPDATE audit_log SET seq = -seq - 1 WHERE seq < 0
                """
            )
        default:
            // The replacement character in the text becomes a byte that is read as one.
            let place = (row - 1) % 6 == 0 ? row + 1 : row
            try connection.execute(
                """
                UPDATE audit_log SET detail = replace(detail, '\u{FFFD}', CAST(x'FF' AS TEXT))
                WHERE seq = \(place)
                """
            )
        }
    }

    /// An UPDATE that changes one column of a row, one of the first so many.
    private mutating func edit(of row: Int64, columns: Int64 = 8) -> String {
        let change =
            switch below(columns) {
            case 0: "at = at + \(1 + below(1000)) * \(below(2) == 0 ? 1 : -1)"
            case 1: "actor = \(text("actor"))"
            case 2: "action = \(text("action"))"
            case 3: "event_id = coalesce(\(text("event_id")), 'evt_x')"
            case 4: "run_id = CASE WHEN run_id IS NULL THEN \(below(9)) ELSE run_id + 1 END"
            case 5: "detail = \(text("detail"))"
            case 6: "hash = zeroblob(32)"
            default: "prev_hash = CAST(substr(prev_hash, 1, 31) || x'01' AS BLOB)"
            }
        return "UPDATE audit_log SET \(change) WHERE seq = \(row)"
    }

    /// A text column changed in a small way.
    private mutating func text(_ column: String) -> String {
        switch below(4) {
        case 0: "\(column) || ' '"
        case 1: "substr(\(column), 2)"
        case 2: "upper(\(column)) || lower(\(column))"
        default: "replace(\(column) || 'x', 'x', 'xé')"
        }
    }

    /// Makes the hashes of rows right again, as somebody would who knows how.
    private func rehash(_ connection: Connection, from first: Int64, to last: Int64) throws {
        for row in first...last {
            let select = try #require(
                try connection.prepare(
                    """
                    SELECT at, actor, action, event_id, run_id, detail, (SELECT hash FROM audit_log
                      WHERE seq = a.seq - 1) FROM audit_log AS a WHERE seq = \(row)
                    """,
                    from: 0
                ).statement
            )
            #expect(try select.step())
            let entry = AuditEntry(
                actor: select.text(1),
                action: select.text(2),
                event: select.optionalText(3).map(EventID.init),
                run: select.optionalInteger(4).map(RunID.init),
                detail: select.text(5),
                at: Timestamp(milliseconds: select.integer(0))
            )
            let zeros = [UInt8](repeating: 0, count: AuditChain.hashLength)
            let previous = row == 1 ? zeros : select.bytes(6)
            select.reset()
            let update = try #require(
                try connection.prepare(
                    "UPDATE audit_log SET prev_hash = ?1, hash = ?2 WHERE seq = \(row)",
                    from: 0
                ).statement
            )
            update.bind(1, bytes: previous)
            update.bind(2, bytes: AuditChain.hash(of: entry, sequence: row, after: previous))
            try update.run()
        }
    }

    private mutating func below(_ bound: Int64) -> Int64 {
        Int64(random.next() % UInt64(bound))
    }
}
