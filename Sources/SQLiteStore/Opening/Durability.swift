/// The settings of the writing connection that "stored, then 200" rests on.
struct Durability {
    /// How hard a commit is synced: SQLite's word for it, and the number it answers with.
    let synchronous: (word: String, number: String)
    /// So many pages of the write-ahead log are moved into the database file at a time; few,
    /// because a webhook's own sync may have to wait behind them.
    var checkpointPages = 250
    /// With so many pages, 64 MiB, the log is begun anew, which costs the writer some milliseconds.
    var logPages = 8000

    /// The write-ahead log is synced at every commit that somebody outside is told of; NORMAL would
    /// lose some of those at a power cut.
    ///
    /// The desk asks for NORMAL itself where nobody is. There is no other for Till; a test shows
    /// that its own eyes see the difference.
    static let full = Durability(synchronous: ("FULL", "2"))

    /// Name and value of each setting as SQLite must answer it.
    var settings: [(name: String, value: String)] {
        [("journal_mode", "wal"), ("synchronous", synchronous.number), ("foreign_keys", "1")]
    }

    /// Asks for the settings.
    func request(on connection: Connection) throws(SQLFault) {
        // Pages of 8 KiB hold most bodies without an overflow chain; it takes effect in a new file
        // only.
        try connection.execute(
            """
            PRAGMA page_size = 8192;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = \(synchronous.word);
            PRAGMA foreign_keys = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -32000;
            PRAGMA journal_size_limit = 134217728
            """
        )
    }

    /// The first setting that SQLite answers otherwise, and its answer; nil when all are safe.
    func violation(
        on connection: Connection
    ) throws(SQLFault) -> (setting: String, value: String)? {
        for (name, wanted) in settings {
            let found = try connection.text("PRAGMA \(name)") ?? "nothing"
            if found != wanted { return (name, found) }
        }
        return nil
    }
}
