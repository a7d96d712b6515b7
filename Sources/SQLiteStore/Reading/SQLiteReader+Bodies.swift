import Model
import Store

extension SQLiteReader {
    /// Bodies in the order of arrival.
    func bodies(after sequence: Int64, limit: Int) throws(StoreFailure) -> [KeptBody] {
        try read { (connection) throws(SQLFault) in
            let select = try connection.statement(
                """
                SELECT b.seq, e.status, e.received_at
                FROM event_bodies AS b JOIN webhook_events AS e ON e.seq = b.seq
                WHERE b.seq > ?1 ORDER BY b.seq LIMIT ?2
                """
            )
            defer { select.reset() }
            select.bind(1, sequence)
            select.bind(2, Int64(limit))
            var bodies: [KeptBody] = []
            while try select.step() {
                bodies.append(
                    KeptBody(
                        sequence: select.integer(0),
                        status: try select.word(1),
                        receivedAt: Timestamp(milliseconds: select.integer(2))
                    )
                )
            }
            return bodies
        }
    }
}
