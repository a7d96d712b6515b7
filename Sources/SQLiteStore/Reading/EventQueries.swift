import Model
import Store

/// The queries behind ``EventReading``, on whichever connection reads.
enum EventQueries {
    /// Events that fit, newest first.
    static func events(
        _ filter: EventFilter,
        on connection: Connection
    ) throws(SQLFault) -> [EventRow] {
        var query = ListQuery("SELECT \(columns) FROM webhook_events e", newestBy: "e.seq")
        query.filter(
            "e.status",
            among: filter.statuses.map(\.rawValue),
            indexes: [["held", "failed"]]
        )
        query.filter("e.type", like: filter.type)
        try query.filter(
            since: filter.since,
            by: "e.received_at",
            of: "webhook_events e",
            on: connection
        )
        if let after = filter.after { query.filter("e.seq < ?", .integer(after)) }
        return try query.rows(limit: filter.limit, on: connection, row)
    }

    /// One event with body and runs.
    static func event(_ id: EventID, on connection: Connection) throws(SQLFault) -> EventDetail? {
        let statement = try connection.statement(
            """
            SELECT e.seq, e.id, e.type, e.status, e.created_at, e.received_at, e.deliveries,
              e.livemode, e.account, e.api_version, e.object_id, e.endpoint, e.hold_reason,
              e.lane, e.secret_slot, b.body
            FROM webhook_events e LEFT JOIN event_bodies b ON b.seq = e.seq
            WHERE e.id = ?
            """
        )
        defer { statement.reset() }
        statement.bind(1, id.text)
        guard try statement.step() else { return nil }
        let row = try row(statement)
        return EventDetail(
            row: row,
            lane: statement.text(13),
            secretSlot: Int(statement.integer(14)),
            body: statement.optionalText(15),
            runs: try RunQueries.runs(ofEvent: row.sequence, on: connection)
        )
    }

    /// How many events stand where.
    static func counts(on connection: Connection) throws(SQLFault) -> [EventStatus: Int] {
        try StatusCount.counts(in: "webhook_events", on: connection)
    }

    private static let columns = """
        e.seq, e.id, e.type, e.status, e.created_at, e.received_at, e.deliveries, e.livemode, \
        e.account, e.api_version, e.object_id, e.endpoint, e.hold_reason
        """

    private static func row(_ row: Statement) throws(SQLFault) -> EventRow {
        EventRow(
            sequence: row.integer(0),
            id: EventID(row.text(1)),
            type: row.text(2),
            status: try row.word(3),
            created: Timestamp(milliseconds: row.integer(4)),
            receivedAt: Timestamp(milliseconds: row.integer(5)),
            deliveries: Int(row.integer(6)),
            livemode: row.integer(7) != 0,
            account: row.optionalText(8),
            apiVersion: row.optionalText(9),
            objectID: row.optionalText(10),
            endpoint: row.text(11),
            reason: row.optionalText(12)
        )
    }
}
