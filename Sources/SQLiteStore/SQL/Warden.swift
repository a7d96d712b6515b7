import CSQLite
import Glibc

/// Stands beside one connection: says which statements may be prepared and how long they may run.
///
/// Why a class: SQLite keeps a pointer to it for its authorizer and progress callbacks.
final class Warden {
    /// Whose SQL is being prepared.
    enum Trust {
        /// Till's own: everything goes.
        case house
        /// A workflow's expression: reads only.
        case expression
        /// A plugin's effect: reads everywhere, writes to tables of plugins.
        case effect
        /// A plugin's migration: the same, and making tables.
        case migration
    }

    /// The tables that only Till itself writes.
    ///
    /// Source: `Schema/`.
    static let coreTables: Set<String> = [
        "webhook_events", "event_bodies", "event_queue", "workflow_versions", "workflow_runs",
        "once_keys", "step_runs", "idempotency_keys", "audit_log", "plugin_migrations",
    ]

    /// Functions that reach outside the database or into SQLite's memory.
    private static let deniedFunctions: Set<String> = [
        "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "fsdir", "lsmode",
        "sqlite_log", "sqlite_compileoption_get", "sqlite_compileoption_used", "sqlite_version",
        "sqlite_source_id",
    ]

    /// What an effect is told that does more.
    private static let onlyRows =
        "only SELECT, INSERT, UPDATE and DELETE may be used, on the tables of plugins"

    /// Whose SQL is being prepared now.
    var trust = Trust.house
    /// Why the last statement was refused; SQLite itself only says "not authorized".
    private(set) var refusal: String?
    /// Whether SQLite asked anything about the statement that is being prepared.
    private var wasAsked = false
    /// The moment on the monotonic clock at which statements are cut off, in nanoseconds; 0 for
    /// never.
    var deadline: UInt64 = 0

    /// Why a statement about which SQLite asked nothing is refused, VACUUM for one; nil for Till's
    /// own.
    var refusalOfSilence: String? {
        trust == .house || wasAsked ? nil : "such a statement may not be used"
    }

    /// Gets ready for the next statement.
    func beginStatement() {
        refusal = nil
        wasAsked = false
    }

    /// Takes its post; the connection must not outlive it.
    func guardConnection(_ handle: OpaquePointer) {
        let this = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            handle,
            { this, action, first, second, _, _ in
                guard let this else { return SQLITE_DENY }
                return Unmanaged<Warden>.fromOpaque(this).takeUnretainedValue()
                    .judge(action, first, second)
            },
            this
        )
        sqlite3_progress_handler(
            handle,
            100,
            { this in
                guard let this else { return 0 }
                let warden = Unmanaged<Warden>.fromOpaque(this).takeUnretainedValue()
                return warden.deadline != 0 && Warden.now() > warden.deadline ? 1 : 0
            },
            this
        )
    }

    /// Runs `body` with a limit on the time that all its statements together may take.
    func limiting<T>(
        to limit: Duration,
        _ body: () throws(SQLFault) -> T
    ) throws(SQLFault) -> T {
        let parts = limit.components
        deadline =
            Warden.now() + UInt64(parts.seconds) * 1_000_000_000
            + UInt64(parts.attoseconds / 1_000_000_000)
        defer { deadline = 0 }
        return try body()
    }

    /// Nanoseconds on the monotonic clock.
    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The authorizer: SQLite asks it about every part of a statement while preparing it.
    private func judge(
        _ action: Int32,
        _ first: UnsafePointer<CChar>?,
        _ second: UnsafePointer<CChar>?
    ) -> Int32 {
        wasAsked = true
        if trust == .house { return SQLITE_OK }
        let one = first.map { String(cString: $0).lowercased() } ?? ""
        let other = second.map { String(cString: $0).lowercased() } ?? ""
        guard let reason = objection(to: action, one, other) else { return SQLITE_OK }
        refusal = reason
        return SQLITE_DENY
    }

    /// What speaks against an action, or nil.
    private func objection(to action: Int32, _ one: String, _ other: String) -> String? {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: return nil
        case SQLITE_FUNCTION:
            guard Warden.deniedFunctions.contains(other) else { return nil }
            return "the function \(other)() may not be used"
        case SQLITE_READ:
            if trust == .migration { return nil }
            let isInternal = ["sqlite_", "pragma_", "dbstat", "bytecode", "tables_used"]
                .contains { one.hasPrefix($0) }
            return isInternal ? "the table \(one) may not be read" : nil
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE:
            return objectionToWriting(one)
        default:
            if trust == .migration { return objectionToDefining(action, one, other) }
            return trust == .expression
                ? "an expression may only read" : Warden.onlyRows
        }
    }

    /// What speaks against changing rows of a table.
    private func objectionToWriting(_ table: String) -> String? {
        if trust == .expression { return "an expression may only read" }
        if Warden.coreTables.contains(table) { return "the table \(table) belongs to Till" }
        let isDefinition = trust == .effect && table.hasPrefix("sqlite_")
        return isDefinition ? Warden.onlyRows : nil
    }

    /// What speaks against a part of a migration.
    private func objectionToDefining(_ action: Int32, _ one: String, _ other: String) -> String? {
        switch action {
        case SQLITE_CREATE_TABLE, SQLITE_CREATE_VIEW, SQLITE_DROP_TABLE, SQLITE_DROP_VIEW,
            SQLITE_REINDEX:
            return Warden.coreTables.contains(one) ? "the table \(one) belongs to Till" : nil
        case SQLITE_CREATE_INDEX, SQLITE_CREATE_TRIGGER, SQLITE_DROP_INDEX, SQLITE_DROP_TRIGGER,
            SQLITE_ALTER_TABLE:
            return Warden.coreTables.contains(other) ? "the table \(other) belongs to Till" : nil
        // SQLite itself asks for it where a column with a CHECK is added.
        case SQLITE_PRAGMA where one == "quick_check": return nil
        default: return "a migration may only define and fill tables of its own"
        }
    }
}
