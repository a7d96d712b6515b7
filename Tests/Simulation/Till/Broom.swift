import CSQLite
import MemoryVFS

/// Takes out of a database what a world has left in it.
final class Broom {
    private var handle: OpaquePointer?
    private let inspector: Inspector
    /// What empties the tables, and the write-ahead log.
    private let statements: String
    /// Asks how many rows there are in the tables that a world must leave as they are.
    private let counts: String
    /// How many there are.
    private let right: [[String]]

    /// Learns from a database in which nothing has happened yet what is in it.
    init(path: String, _ inspector: Inspector) throws {
        self.inspector = inspector
        let tables = try inspector.rows(
            """
            SELECT name FROM sqlite_schema
            WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name <> 'audit_log'
            """
        ).map { $0[0] }
        let kept = try tables.filter { table in
            try !inspector.rows("SELECT 1 FROM \(table) LIMIT 1").isEmpty
        }
        statements =
            "BEGIN IMMEDIATE;"
            + tables.filter { !kept.contains($0) }.map { "DELETE FROM \($0);" }.joined()
            + "DELETE FROM audit_log WHERE seq < (SELECT max(seq) FROM audit_log); COMMIT;"
            + "PRAGMA wal_checkpoint(TRUNCATE);"
        let each = kept.map { "SELECT '\($0)', count(*) FROM \($0)" }
        counts = each.joined(separator: " UNION ALL ")
        right = try inspector.rows(counts)
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else {
            throw Trouble("\(path) cannot be opened for writing")
        }
        // The audit log lets nobody delete its rows.
        memory_vfs_without_triggers(handle)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Empties every table that was empty, and all of the audit log but its last row.
    func sweep() throws {
        guard sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK else {
            throw Trouble("the ground cannot be swept: \(String(cString: sqlite3_errmsg(handle)))")
        }
        let found = try inspector.rows(counts)
        guard found == right else { throw Trouble("a world has left \(found) where \(right) was") }
    }
}
