import CSQLite
import Model

/// One connection through SQLite's C API, with its prepared statements and its warden.
///
/// Not Sendable: whoever holds one keeps it in a `Mutex`.
final class Connection {
    /// How a connection is opened.
    enum Access {
        /// The one that writes.
        case writing
        /// One of those that only read.
        case reading
        /// A database in memory, gone with the connection.
        case memory
    }

    /// SQLite's connection.
    let handle: OpaquePointer
    /// Who judges what is prepared on it.
    let warden = Warden()
    /// Statements by the address of their literal.
    private var cache: [UInt: Statement] = [:]

    /// Tunes the library once, before it is used; where somebody used it before it stays as it is.
    private static let isTuned = till_sqlite_tune() == SQLITE_OK

    /// Opens a database file.
    ///
    /// - Parameters:
    ///   - path: The file; `:memory:` for ``Access/memory``.
    ///   - access: What it is for.
    /// - Throws: What SQLite says; nothing stays open.
    init(path: String, _ access: Access) throws(SQLFault) {
        let flags =
            access == .reading
            ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        var opened: OpaquePointer?
        _ = Self.isTuned
        // One thread at a time uses it, which the Mutex around it sees to.
        var code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened else { throw SQLFault(code: code, message: "out of memory") }
        if code == SQLITE_OK { code = till_sqlite_harden(opened) }
        guard code == SQLITE_OK else {
            let fault = SQLFault(code: code, on: opened)
            sqlite3_close_v2(opened)
            throw fault
        }
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
        sqlite3_busy_timeout(opened, 5000)
        limit()
        warden.guardConnection(opened)
    }

    deinit {
        close()
    }

    /// The database file.
    var path: String { sqlite3_db_filename(handle, "main").map { String(cString: $0) } ?? "" }

    /// Whether no transaction is open.
    var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Whether SQLite could open the file for writing; else it has opened it for reading only.
    var isWritable: Bool { sqlite3_db_readonly(handle, "main") == 0 }

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// The rowid of the last INSERT.
    var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Whether a deferred foreign key is violated right now, which would fail the COMMIT.
    var hasOpenForeignKeys: Bool {
        var current: Int32 = 0
        var highest: Int32 = 0
        sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
        return current != 0
    }

    /// A statement of Till's own, prepared at its first use and kept.
    func statement(_ sql: StaticString) throws(SQLFault) -> Statement {
        let key = UInt(bitPattern: sql.utf8Start)
        if let known = cache[key] { return known }
        guard let statement = try prepare(sql.description, from: 0).statement else {
            throw .refusal("a statement of Till is empty")
        }
        cache[key] = statement
        return statement
    }

    /// Prepares the next statement of a text.
    ///
    /// - Parameters:
    ///   - sql: The text.
    ///   - start: Where the statement begins, in UTF-8 bytes.
    /// - Returns: The statement, nil where only space and comments are left, and where the next
    ///   begins.
    /// - Throws: What SQLite or the warden says; the offset counts from the start of the text.
    func prepare(
        _ sql: String,
        from start: Int
    ) throws(SQLFault) -> (statement: Statement?, next: Int) {
        var sql = sql
        var prepared: OpaquePointer?
        var next = start
        warden.beginStatement()
        let code = sql.withUTF8 { bytes -> Int32 in
            bytes.withMemoryRebound(to: CChar.self) { text -> Int32 in
                guard let base = text.baseAddress else { return SQLITE_OK }
                var tail: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v3(
                    handle,
                    base + start,
                    Int32(text.count - start),
                    UInt32(SQLITE_PREPARE_PERSISTENT),
                    &prepared,
                    &tail
                )
                next = tail.map { $0 - base } ?? text.count
                return code
            }
        }
        guard code == SQLITE_OK else {
            let fault = SQLFault(code: code, on: handle)
            throw SQLFault(
                code: code,
                message: warden.refusal ?? fault.message,
                offset: fault.offset.map { $0 + start },
                systemError: fault.systemError
            )
        }
        let statement = prepared.map { Statement($0, on: handle) }
        // SQLite ends a text at a NUL, so that who asks for the next statement would ask for ever.
        if statement == nil, next == start, start < sql.utf8.count {
            throw SQLFault(
                code: SQLITE_ERROR,
                message: "a NUL stands in the text",
                offset: start,
                systemError: 0
            )
        }
        if statement != nil, let refusal = warden.refusalOfSilence { throw .refusal(refusal) }
        return (statement, next)
    }

    /// Runs every statement of a text, in order.
    func execute(_ sql: String) throws(SQLFault) {
        var place = 0
        let end = sql.utf8.count
        while place < end {
            let (statement, next) = try prepare(sql, from: place)
            try statement?.run()
            place = next
        }
    }

    /// The first column of the first row of a query, as a number; nil where there is no row.
    func number(_ sql: String) throws(SQLFault) -> Int64? {
        guard let statement = try prepare(sql, from: 0).statement, try statement.step() else {
            return nil
        }
        return statement.optionalInteger(0)
    }

    /// The first column of the first row of a query, as text; nil where there is no row.
    func text(_ sql: String) throws(SQLFault) -> String? {
        guard let statement = try prepare(sql, from: 0).statement, try statement.step() else {
            return nil
        }
        return statement.optionalText(0)
    }

    /// Waits until everything that was committed, by whatever connection, is on the disk.
    func syncLog() throws(SQLFault) {
        let code = till_sqlite_sync_log(handle)
        guard code == SQLITE_OK else {
            throw SQLFault(code: code, message: "the write-ahead log cannot be synced")
        }
    }

    /// Moves what it can of the write-ahead log into the database file; nobody waits for it, and it
    /// waits for nobody.
    ///
    /// To SQLite a connection that has not read before has no log.
    ///
    /// - Returns: How many pages of the log are in the database file now.
    func checkpoint() throws(SQLFault) -> Int {
        var (total, moved): (Int32, Int32) = (0, 0)
        let mode = SQLITE_CHECKPOINT_PASSIVE
        guard sqlite3_wal_checkpoint_v2(handle, nil, mode, &total, &moved) == SQLITE_OK else {
            throw SQLFault(code: sqlite3_extended_errcode(handle), on: handle)
        }
        return Int(moved)
    }

    /// Does something while this connection reads in the write-ahead log, which is not begun anew
    /// until it is done.
    ///
    /// Part of the log must not have been moved yet; else it reads in the database file.
    func holdingLog<T>(_ body: () throws(SQLFault) -> T) throws(SQLFault) -> T {
        let place = try statement("SELECT 1 FROM sqlite_schema")
        defer { place.reset() }
        _ = try place.step()
        return try body()
    }

    /// Ends a transaction that only read.
    func endReading() {
        if isAutocommit { return }
        do throws(SQLFault) {
            try statement("ROLLBACK").run()
        } catch {
            // swallow: whoever reads next is told that a transaction is open.
            return
        }
    }

    /// Forgets the prepared statements and closes; nothing may be called afterwards.
    private func close() {
        cache = [:]
        sqlite3_close_v2(handle)
    }

    /// Bounds what any statement may cost.
    ///
    /// Source: SQLite "Defense Against The Dark Arts".
    private func limit() {
        sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
        // A row holds a body and its key; a value above that is nobody's.
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(2 * max(Limits.body, Limits.valueBytes)))
        sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, 1 << 20)
        sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 200)
        sqlite3_limit(handle, SQLITE_LIMIT_COMPOUND_SELECT, 50)
        sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100)
        sqlite3_limit(handle, SQLITE_LIMIT_TRIGGER_DEPTH, 20)
        sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0)
    }
}
