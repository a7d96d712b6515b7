import Model
import Store

extension Desk {
    /// Makes the runs of an event and takes it out of the queue.
    ///
    /// - Parameters:
    ///   - event: An event that waits for its workflows.
    ///   - runs: The runs to make; none leaves the event *unmatched*.
    /// - Returns: The runs that wait to be walked.
    /// - Throws: A refusal where the event's workflows were chosen before.
    func choose(_ event: StoredEvent, _ runs: [NewRun]) throws(SQLFault) -> [RunID] {
        try dequeue(event)
        var walkable: [RunID] = []
        for run in runs where try insert(run, for: event) == .pending {
            walkable.append(run.id)
        }
        if runs.isEmpty {
            try setStatus(.unmatched, ofEvent: event.sequence)
        } else if walkable.isEmpty {
            try refreshStatus(ofEvent: event.sequence)
        }
        return walkable
    }

    /// Counts a crash of the process against an event whose workflows are not chosen yet.
    func suspect(_ event: StoredEvent) throws(SQLFault) {
        let update = try connection.statement(
            "UPDATE event_queue SET crashes = crashes + 1 WHERE seq = ?1"
        )
        update.bind(1, event.sequence)
        try update.run()
        guard connection.changes == 1 else {
            throw .refusal("the workflows of event \(event.id) were chosen before")
        }
    }

    /// Takes an event out of the queue without choosing anything.
    func hold(_ event: StoredEvent, because reason: String) throws(SQLFault) {
        try dequeue(event)
        let update = try connection.statement(
            "UPDATE webhook_events SET status = 'held', hold_reason = ?2 WHERE seq = ?1"
        )
        update.bind(1, event.sequence)
        update.bind(2, reason)
        try update.run()
        audit.append(
            AuditEntry(
                actor: "engine",
                action: "event.held",
                event: event.id,
                run: nil,
                detail: "{\"reason\":\(JSONText.quoted(reason))}",
                at: now
            )
        )
    }

    /// Takes an event out of the queue.
    private func dequeue(_ event: StoredEvent) throws(SQLFault) {
        let queue = try connection.statement("DELETE FROM event_queue WHERE seq = ?1")
        queue.bind(1, event.sequence)
        try queue.run()
        guard connection.changes == 1 else {
            throw .refusal("the workflows of event \(event.id) were chosen before")
        }
    }

    /// Makes one run, skipped where its business key was taken before.
    private func insert(_ run: NewRun, for event: StoredEvent) throws(SQLFault) -> RunStatus {
        let (status, reason) = try standing(of: run)
        try insertRow(run, event.sequence, status, reason)
        if status == .pending, let key = run.onceKey {
            try take(key, for: run)
        }
        if status != .pending {
            let detail =
                "{\"workflow\":\(JSONText.quoted(run.workflow)),"
                + "\"reason\":\(JSONText.quoted(reason ?? ""))}"
            audit.append(
                AuditEntry(
                    actor: "engine",
                    action: "run.\(status.rawValue)",
                    event: event.id,
                    run: run.id,
                    detail: detail,
                    at: now
                )
            )
        }
        return status
    }

    /// How a run begins: pending, or at an end and why.
    func standing(of run: NewRun) throws(SQLFault) -> (RunStatus, reason: String?) {
        if let text = run.deadReason { return (.dead, text) }
        if let text = run.skipReason { return (.skipped, text) }
        if let key = run.onceKey, let first = try holder(of: key, in: run.workflow) {
            return (.skipped, "once-per key \"\(key)\" was seen before, by run \(first)")
        }
        return (.pending, nil)
    }

    /// Inserts a run's row.
    private func insertRow(
        _ run: NewRun,
        _ event: Int64,
        _ status: RunStatus,
        _ reason: String?
    ) throws(SQLFault) {
        let insert = try connection.statement(
            """
            INSERT INTO workflow_runs (id, event_seq, workflow, version_id, status, once_key,
              reason, fault, created_at, updated_at, finished_at, is_judged, crashes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12)
            """
        )
        insert.bind(1, run.id.number)
        insert.bind(2, event)
        insert.bind(3, run.workflow)
        insert.bind(4, run.version)
        insert.bind(5, status.rawValue)
        insert.bind(6, run.onceKey)
        insert.bind(7, reason)
        insert.bind(8, status == .dead ? Fault.operator.rawValue : nil)
        insert.bind(9, now.milliseconds)
        insert.bind(10, status.isEnd ? now.milliseconds : nil)
        insert.bind(11, run.deadReason == nil ? 1 : 0)
        insert.bind(12, Int64(run.crashes))
        try insert.run()
    }

    /// The run that took a business key, or nil.
    private func holder(of key: String, in workflow: String) throws(SQLFault) -> Int64? {
        let select = try connection.statement(
            "SELECT run_id FROM once_keys WHERE workflow = ?1 AND key = ?2"
        )
        defer { select.reset() }
        select.bind(1, workflow)
        select.bind(2, key)
        return try select.step() ? select.integer(0) : nil
    }

    /// Takes a business key for a run.
    func take(_ key: String, for run: NewRun) throws(SQLFault) {
        let insert = try connection.statement(
            "INSERT INTO once_keys (workflow, key, run_id) VALUES (?1, ?2, ?3)"
        )
        insert.bind(1, run.workflow)
        insert.bind(2, key)
        insert.bind(3, run.id.number)
        try insert.run()
    }

    /// Sets an event's status.
    func setStatus(_ status: EventStatus, ofEvent sequence: Int64) throws(SQLFault) {
        let update = try connection.statement(
            "UPDATE webhook_events SET status = ?2 WHERE seq = ?1"
        )
        update.bind(1, sequence)
        update.bind(2, status.rawValue)
        try update.run()
    }

    /// Sets an event's status to what its runs say; call it when a run reached or left an end.
    func refreshStatus(ofEvent sequence: Int64) throws(SQLFault) {
        let update = try connection.statement(
            """
            UPDATE webhook_events SET status = (
              SELECT CASE
                WHEN sum(status = 'pending' OR status = 'running' OR status = 'waiting'
                  OR status = 'failed') > 0 THEN 'received'
                WHEN sum(status = 'dead' OR status = 'unsure') > 0 THEN 'failed'
                ELSE 'done'
              END
              FROM workflow_runs WHERE event_seq = ?1)
            WHERE seq = ?1
            """
        )
        update.bind(1, sequence)
        try update.run()
    }
}
