import CSQLite

/// How long the write-ahead log is, told by SQLite after each commit.
///
/// Why a class: SQLite keeps a pointer to it. Watching also turns SQLite's own check-points off,
/// which would run inside COMMIT and keep their failures to themselves.
final class PageCount {
    /// Pages in the log.
    private(set) var count = 0
    /// Commits so far that wrote anything.
    private(set) var commits = 0

    /// Begins to be told; the connection must not outlive it.
    func watch(_ handle: OpaquePointer) {
        sqlite3_wal_hook(
            handle,
            { this, _, _, pages in
                guard let this else { return SQLITE_OK }
                let count = Unmanaged<PageCount>.fromOpaque(this).takeUnretainedValue()
                count.count = Int(pages)
                count.commits += 1
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }
}
