import Model
import Store

extension Desk {
    /// Lets a held event go on to the choice of its workflows, as if it had just arrived.
    ///
    /// - Parameters:
    ///   - id: The event.
    ///   - reason: Why, in the person's words.
    ///   - actor: Who asked.
    ///   - moment: When.
    /// - Returns: The event's place in the order of arrival.
    /// - Throws: A refusal where there is no such event, it is not held, or its body is gone.
    func release(
        _ id: EventID,
        because reason: String,
        actor: String,
        at moment: Timestamp
    ) throws(SQLFault) -> Int64 {
        let (sequence, held) = try releasable(id)
        let update = try connection.statement(
            "UPDATE webhook_events SET status = 'received', hold_reason = NULL WHERE seq = ?1"
        )
        update.bind(1, sequence)
        try update.run()
        let queue = try connection.statement(
            "INSERT INTO event_queue (seq, crashes) VALUES (?1, 0)"
        )
        queue.bind(1, sequence)
        try queue.run()
        audit.append(
            AuditEntry(
                actor: actor,
                action: "event.released",
                event: id,
                run: nil,
                detail: "{\"held\":\(JSONText.quoted(held)),"
                    + "\"reason\":\(JSONText.quoted(reason))}",
                at: moment
            )
        )
        return sequence
    }

    /// The place of a held event that can be walked, and why it is held.
    private func releasable(_ id: EventID) throws(SQLFault) -> (sequence: Int64, held: String) {
        let select = try connection.statement(
            """
            SELECT seq, status, coalesce(hold_reason, ''),
              EXISTS (SELECT 1 FROM event_bodies AS b WHERE b.seq = e.seq)
            FROM webhook_events AS e WHERE id = ?1
            """
        )
        defer { select.reset() }
        select.bind(1, id.text)
        guard try select.step() else {
            throw .refusal("there is no event \(id); see: till events ls --status held")
        }
        let status = select.text(1)
        guard status == EventStatus.held.rawValue else {
            throw .refusal(
                "event \(id) is \(status); only a held one can be released; "
                    + Self.insteadOfReleasing(id, status)
            )
        }
        guard select.integer(3) != 0 else {
            throw .refusal(
                "the body of event \(id) was purged when its time was over, so it cannot be "
                    + "walked; do by hand what is left to do"
            )
        }
        return (select.integer(0), select.text(2))
    }

    /// What to do with an event that is not held.
    private static func insteadOfReleasing(_ id: EventID, _ status: String) -> String {
        switch EventStatus(rawValue: status) {
        case .received: "it goes on by itself; see: till events show \(id)"
        case .failed: "see its runs: till runs ls --event \(id), then: till runs retry"
        case .unmatched: "no workflow in force took its type"
        case .done, .held, nil: "there is nothing to release; see: till events show \(id)"
        }
    }
}
