import CSQLite

/// What a look into a database file shows of its state, for whoever has to care for it.
package struct DatabaseFacts: Sendable {
    /// What is damaged; empty when all is well.
    package let problems: [String]
    /// The version of its tables, and the newest this Till knows.
    package let schema: (found: Int64, known: Int64)
    /// The version of the SQLite library.
    package let sqliteVersion: String
    /// Whether that library can damage a log that two connections write or check-point.
    ///
    /// Source: sqlite.org/wal.html, "WAL-reset bug": fixed in 3.51.3.
    package let hasLogResetBug: Bool
    /// The journal mode in the file.
    package let journalMode: String
    /// Bytes in the file that wait to be used again.
    package let freeBytes: Int64
    /// How far the newest events' making was ahead of their arrival, in seconds, at least: above
    /// zero this machine's clock is behind; nil where there is no event.
    package let clockLag: Int64?
    /// What the audit log has shown; nil where the database is too damaged for that.
    package let audit: AuditVerdict?

    /// Looks into a database that a daemon may be writing to.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - isQuick: Whether indexes are taken for right.
    /// - Returns: The facts; a file that cannot be read is a problem among them.
    package static func look(at path: String, isQuick: Bool) -> DatabaseFacts {
        do throws(SQLFault) {
            let connection = try Connection(path: path, .reading)
            var problems = try DatabaseCheck.problems(on: connection, isQuick: isQuick)
            let mark = try connection.number("PRAGMA application_id") ?? 0
            if mark != CoreSchema.applicationID { problems.append("it is no database of Till") }
            let size = try connection.number("PRAGMA page_size") ?? 0
            let free = try connection.number("PRAGMA freelist_count") ?? 0
            return DatabaseFacts(
                problems: problems,
                schema: (
                    try connection.number("PRAGMA user_version") ?? 0,
                    Int64(CoreSchema.versions.count)
                ),
                sqliteVersion: String(cString: sqlite3_libversion()),
                hasLogResetBug: sqlite3_libversion_number() < 3_051_003,
                journalMode: try connection.text("PRAGMA journal_mode") ?? "",
                freeBytes: size * free,
                clockLag: try clockLag(on: connection),
                audit: try AuditVerifier.verify(on: connection, against: [])
            )
        } catch {
            return DatabaseFacts(unreadable: error.description)
        }
    }

    private init(
        problems: [String],
        schema: (found: Int64, known: Int64),
        sqliteVersion: String,
        hasLogResetBug: Bool,
        journalMode: String,
        freeBytes: Int64,
        clockLag: Int64?,
        audit: AuditVerdict?
    ) {
        self.problems = problems
        self.schema = schema
        self.sqliteVersion = sqliteVersion
        self.hasLogResetBug = hasLogResetBug
        self.journalMode = journalMode
        self.freeBytes = freeBytes
        self.clockLag = clockLag
        self.audit = audit
    }

    private init(unreadable detail: String) {
        self.init(
            problems: [detail],
            schema: (0, Int64(CoreSchema.versions.count)),
            sqliteVersion: String(cString: sqlite3_libversion()),
            hasLogResetBug: sqlite3_libversion_number() < 3_051_003,
            journalMode: "",
            freeBytes: 0,
            clockLag: nil,
            audit: nil
        )
    }

    private static func clockLag(on connection: Connection) throws(SQLFault) -> Int64? {
        let sql = """
            SELECT max(created_at - received_at) / 1000
            FROM (SELECT created_at, received_at FROM webhook_events ORDER BY seq DESC LIMIT 50)
            """
        guard let select = try connection.prepare(sql, from: 0).statement, try select.step() else {
            return nil
        }
        return select.optionalInteger(0)
    }
}
