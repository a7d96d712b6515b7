import Model
import Store

extension Desk {
    /// Writes a delivery down, or counts it where its event is known.
    func record(_ delivery: Delivery) throws(SQLFault) -> Receipt {
        guard let sequence = try insertEvent(delivery) else {
            try countDelivery(of: delivery)
            return .duplicate
        }
        let body = try connection.statement("INSERT INTO event_bodies (seq, body) VALUES (?1, ?2)")
        body.bind(1, sequence)
        body.bind(2, delivery.body)
        try body.run()
        if delivery.status == .received {
            let queue = try connection.statement("INSERT INTO event_queue (seq) VALUES (?1)")
            queue.bind(1, sequence)
            try queue.run()
        }
        return .stored
    }

    /// Inserts the event's row; nil where the id is known.
    private func insertEvent(_ delivery: Delivery) throws(SQLFault) -> Int64? {
        let insert = try connection.statement(
            """
            INSERT INTO webhook_events (id, type, status, livemode, account, api_version, object_id,
              lane, is_thin, endpoint, secret_slot, hold_reason, created_at, received_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            ON CONFLICT (id) DO NOTHING
            """
        )
        insert.bind(1, delivery.id.text)
        insert.bind(2, delivery.type)
        insert.bind(3, delivery.status.rawValue)
        insert.bind(4, delivery.livemode ? 1 : 0)
        insert.bind(5, delivery.account)
        insert.bind(6, delivery.apiVersion)
        insert.bind(7, delivery.objectID)
        insert.bind(8, delivery.lane)
        insert.bind(9, delivery.isThin ? 1 : 0)
        insert.bind(10, delivery.endpoint)
        insert.bind(11, Int64(delivery.secretSlot))
        insert.bind(12, delivery.hold)
        insert.bind(13, delivery.created.milliseconds)
        insert.bind(14, delivery.receivedAt.milliseconds)
        try insert.run()
        return connection.changes == 1 ? connection.lastRow : nil
    }

    /// Counts one more delivery of a known event.
    private func countDelivery(of delivery: Delivery) throws(SQLFault) {
        let update = try connection.statement(
            """
            UPDATE webhook_events SET deliveries = deliveries + 1, last_delivery_at = ?2
            WHERE id = ?1
            """
        )
        update.bind(1, delivery.id.text)
        update.bind(2, delivery.receivedAt.milliseconds)
        try update.run()
    }
}
