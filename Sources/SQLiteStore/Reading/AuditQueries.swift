import Model
import Store

/// The queries behind ``AuditReading``, on whichever connection reads.
enum AuditQueries {
    /// Audit rows that fit, newest first.
    static func rows(
        _ filter: AuditFilter,
        on connection: Connection
    ) throws(SQLFault) -> [AuditRow] {
        var query = ListQuery(
            """
            SELECT a.seq, a.at, a.actor, a.action, a.event_id, a.run_id, a.detail, a.hash \
            FROM audit_log a
            """,
            newestBy: "a.seq"
        )
        query.filter("a.action", like: filter.action)
        if let event = filter.event { query.filter("a.event_id = ?", .text(event.text)) }
        if let run = filter.run { query.filter("a.run_id = ?", .integer(run.number)) }
        try query.filter(since: filter.since, by: "a.at", of: "audit_log a", on: connection)
        if let after = filter.after { query.filter("a.seq < ?", .integer(after)) }
        return try query.rows(limit: filter.limit, on: connection) { row in
            AuditRow(
                number: row.integer(0),
                entry: AuditEntry(
                    actor: row.text(2),
                    action: row.text(3),
                    event: row.optionalText(4).map(EventID.init),
                    run: row.optionalInteger(5).map(RunID.init),
                    detail: row.text(6),
                    at: Timestamp(milliseconds: row.integer(1))
                ),
                hash: row.bytes(7).map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined()
            )
        }
    }
}
