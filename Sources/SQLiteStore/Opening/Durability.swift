/// The settings of the writing connection that "stored, then 200" rests on.
enum Durability {
    /// Name and value of each setting as SQLite must answer it.
    ///
    /// FULL (2) syncs the write-ahead log at every commit; NORMAL (1) would lose commits at a power
    /// cut.
    static let settings = [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")]

    /// Asks for the settings.
    static func request(on connection: Connection) throws(SQLFault) {
        // Pages of 8 KiB hold most bodies without an overflow chain; it takes effect in a new file
        // only.
        try connection.execute(
            """
            PRAGMA page_size = 8192;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -32000;
            PRAGMA journal_size_limit = 67108864
            """
        )
    }

    /// The first setting that SQLite answers otherwise, and its answer; nil when all are safe.
    static func violation(
        on connection: Connection
    ) throws(SQLFault) -> (setting: String, value: String)? {
        for (name, wanted) in settings {
            let found = try connection.text("PRAGMA \(name)") ?? "nothing"
            if found != wanted { return (name, found) }
        }
        return nil
    }
}
