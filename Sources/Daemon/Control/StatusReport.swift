/// How the daemon stands, as `till status` shows it.
package struct StatusReport: Sendable, Codable {
    /// Till's version.
    package var version: String
    /// The process.
    package var pid: Int32
    /// When it started, in milliseconds since 1970 UTC.
    package var startedAt: Int64
    /// Whether it takes deliveries.
    package var ready: Bool
    /// Why not; nil when ready.
    package var reason: String?
    /// Where it listens, with the port the system chose.
    package var listen: String
    /// Where health and metrics are.
    package var adminListen: String
    /// The state folder.
    package var state: String
    /// The settings file; nil without one.
    package var config: String?
    /// The last reload, or the start.
    package var lastReload: ReloadReport
    /// Runs by status.
    package var runs: [String: Int]
    /// Events by status.
    package var events: [String: Int]
    /// How long the oldest run that is not at an end has been there, in seconds; nil without one.
    package var oldestRunSeconds: Int64?
    /// How long ago the oldest waiting, dead and unsure run was made, in seconds, by status.
    package var oldestSeconds: [String: Int64]
    /// The database file's size, in bytes.
    package var databaseBytes: Int64
    /// Its write-ahead log's size, in bytes.
    package var walBytes: Int64

    /// Makes a report.
    package init(
        version: String,
        pid: Int32,
        startedAt: Int64,
        ready: Bool,
        reason: String?,
        listen: String,
        adminListen: String,
        state: String,
        config: String?,
        lastReload: ReloadReport,
        runs: [String: Int],
        events: [String: Int],
        oldestRunSeconds: Int64?,
        oldestSeconds: [String: Int64],
        databaseBytes: Int64,
        walBytes: Int64
    ) {
        self.version = version
        self.pid = pid
        self.startedAt = startedAt
        self.ready = ready
        self.reason = reason
        self.listen = listen
        self.adminListen = adminListen
        self.state = state
        self.config = config
        self.lastReload = lastReload
        self.runs = runs
        self.events = events
        self.oldestRunSeconds = oldestRunSeconds
        self.oldestSeconds = oldestSeconds
        self.databaseBytes = databaseBytes
        self.walBytes = walBytes
    }
}
