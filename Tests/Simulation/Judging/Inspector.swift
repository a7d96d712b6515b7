import CSQLite
import Foundation

/// Looks into a database with SQLite alone, not through Till.
final class Inspector {
    private var handle: OpaquePointer?
    private var prepared: [String: OpaquePointer] = [:]

    /// Opens a file for reading.
    init(path: String) throws {
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else {
            throw Trouble("\(path) cannot be opened")
        }
        sqlite3_busy_timeout(handle, 5000)
    }

    deinit { close() }

    /// Lets go of the file.
    func close() {
        for statement in prepared.values { sqlite3_finalize(statement) }
        prepared = [:]
        sqlite3_close_v2(handle)
        handle = nil
    }

    /// The rows of a query, every value as text.
    func rows(_ sql: String) throws -> [[String]] {
        let statement = try statement(sql)
        defer { sqlite3_reset(statement) }
        var rows: [[String]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                rows.append(
                    (0..<sqlite3_column_count(statement)).map { column in
                        sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "NULL"
                    }
                )
            case SQLITE_DONE: return rows
            default: throw Trouble("\(String(cString: sqlite3_errmsg(handle))): \(sql)")
            }
        }
    }

    private func statement(_ sql: String) throws -> OpaquePointer {
        if let known = prepared[sql] { return known }
        var made: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &made, nil) == SQLITE_OK, let made else {
            throw Trouble("\(String(cString: sqlite3_errmsg(handle))): \(sql)")
        }
        prepared[sql] = made
        return made
    }
}
