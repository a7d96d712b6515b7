package import Model

/// What lists of the audit log need of the store; nothing here writes.
package protocol AuditReading: Sendable {
    /// Audit rows that fit, newest first.
    func auditRows(_ filter: AuditFilter) throws(StoreFailure) -> [AuditRow]
    /// The end of the log as it is now.
    func auditCheckpoint() throws(StoreFailure) -> AuditCheckpoint
}

/// Which audit rows a list shows.
package struct AuditFilter: Sendable, Hashable {
    /// Only that action, or all below a prefix such as `step.*`.
    package var action: String?
    /// Only those about that event.
    package var event: EventID?
    /// Only those about that run.
    package var run: RunID?
    /// Only those written at or after.
    package var since: Timestamp?
    /// Only those before that number: the next page.
    package var after: Int64?
    /// How many at most.
    package var limit: Int

    /// Makes a filter that lets everything through.
    package init(
        action: String? = nil,
        event: EventID? = nil,
        run: RunID? = nil,
        since: Timestamp? = nil,
        after: Int64? = nil,
        limit: Int = 50
    ) {
        self.action = action
        self.event = event
        self.run = run
        self.since = since
        self.after = after
        self.limit = limit
    }
}

/// One row of the audit log.
package struct AuditRow: Sendable, Hashable {
    /// Its number, rising without gaps.
    package let number: Int64
    /// What was written.
    package let entry: AuditEntry
    /// The chain's hash up to and with this row, hexadecimal.
    package let hash: String

    /// Makes a row.
    package init(number: Int64, entry: AuditEntry, hash: String) {
        self.number = number
        self.entry = entry
        self.hash = hash
    }
}
