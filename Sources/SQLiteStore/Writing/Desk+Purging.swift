import Model
import Store

extension Desk {
    /// Drops what may hold personal data of some events and puts that on record.
    ///
    /// - Parameter events: Their sequence numbers.
    /// - Returns: How many lost their body.
    /// - Throws: What SQLite says.
    func purge(_ events: [Int64]) throws(SQLFault) -> Int64 {
        var purged: [Int64] = []
        var steps = 0
        for event in events where try dropBody(of: event) {
            purged.append(event)
            steps += try clear(
                """
                UPDATE step_runs SET inputs = NULL, outputs = NULL, reason = NULL
                WHERE run_id IN (SELECT id FROM workflow_runs WHERE event_seq = ?1)
                """,
                event
            )
            _ = try clear(
                """
                UPDATE workflow_runs SET reason = NULL WHERE event_seq = ?1 AND status <> 'skipped'
                """,
                event
            )
            _ = try clear(
                """
                UPDATE idempotency_keys SET outputs = NULL, reason = NULL
                WHERE run_id IN (SELECT id FROM workflow_runs WHERE event_seq = ?1)
                """,
                event
            )
        }
        guard let first = purged.min(), let last = purged.max() else { return 0 }
        audit.append(
            AuditEntry(
                actor: "till",
                action: "retention.purged",
                detail: "{\"events\":\(purged.count),\"steps\":\(steps),\"first\":\(first),"
                    + "\"last\":\(last)}",
                at: now
            )
        )
        return Int64(purged.count)
    }

    /// Drops a body, unless a run of its event is open.
    private func dropBody(of event: Int64) throws(SQLFault) -> Bool {
        try clear(
            """
            DELETE FROM event_bodies WHERE seq = ?1 AND EXISTS (SELECT 1 FROM webhook_events
              WHERE seq = ?1 AND status <> 'received')
            """,
            event
        ) == 1
    }

    /// Runs a statement about one event; how many rows it changed.
    private func clear(_ sql: StaticString, _ event: Int64) throws(SQLFault) -> Int {
        let statement = try connection.statement(sql)
        statement.bind(1, event)
        try statement.run()
        return connection.changes
    }
}
