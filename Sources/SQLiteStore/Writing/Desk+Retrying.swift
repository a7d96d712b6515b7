import Model
import Store

extension Desk {
    /// Lets a run walk again.
    ///
    /// - Parameter wish: Which run, and from where.
    /// - Throws: A refusal where there is no such run or version, or its status allows no retry.
    func retry(_ wish: RetryWish) throws(SQLFault) {
        let run = try retryable(wish.run)
        let position =
            if wish.fromStart {
                StepPosition.start
            } else if run.position.phase == .main {
                run.position
            } else {
                try failedStep(of: wish.run)
            }
        let update = try connection.statement(
            """
            UPDATE workflow_runs SET status = 'pending', phase = ?2, position = ?3, version_id = ?4,
              attempts = 0, waiting_since = NULL, due_at = NULL, crashes = 0, reason = NULL,
              fault = NULL, updated_at = ?5, finished_at = NULL
            WHERE id = ?1 AND EXISTS (SELECT 1 FROM workflow_versions
              WHERE id = ?4 AND name = workflow_runs.workflow)
            """
        )
        update.bind(1, wish.run.number)
        update.bind(2, position.phase.rawValue)
        update.bind(3, Int64(position.index))
        update.bind(4, wish.version)
        update.bind(5, wish.now.milliseconds)
        try update.run()
        guard connection.changes == 1 else {
            throw .refusal("version \(wish.version) is not one of run \(wish.run)'s workflow")
        }
        try refreshStatus(ofEvent: run.event)
        audit.append(
            AuditEntry(
                actor: wish.actor,
                action: "run.retried",
                event: run.eventID,
                run: wish.run,
                detail: "{\"from\":\"\(run.status)\",\"step\":\(position.index),"
                    + "\"version\":\(wish.version)}",
                at: wish.now
            )
        )
    }

    /// The run's place, where its status allows a retry.
    private func retryable(
        _ run: RunID
    ) throws(SQLFault) -> (status: String, position: StepPosition, event: Int64, eventID: EventID) {
        let select = try connection.statement(
            """
            SELECT r.status, r.phase, r.position, r.event_seq, e.id
            FROM workflow_runs AS r JOIN webhook_events AS e ON e.seq = r.event_seq
            WHERE r.id = ?1
            """
        )
        defer { select.reset() }
        select.bind(1, run.number)
        guard try select.step() else { throw .refusal("there is no run \(run)") }
        let status = select.text(0)
        guard ["dead", "unsure", "waiting", "failed"].contains(status) else {
            throw .refusal(
                "run \(run) is \(status); only a dead, unsure, waiting or failed one can be retried"
            )
        }
        let phase = StepPosition.Phase(rawValue: select.text(1)) ?? .main
        return (
            status, StepPosition(phase, Int(select.integer(2))), select.integer(3),
            EventID(select.text(4))
        )
    }

    /// The step of `steps` that a run in its `on-failure` steps had failed at: the last one walked.
    private func failedStep(of run: RunID) throws(SQLFault) -> StepPosition {
        let select = try connection.statement(
            "SELECT max(position) FROM step_runs WHERE run_id = ?1 AND phase = 'main'"
        )
        defer { select.reset() }
        select.bind(1, run.number)
        guard try select.step() else { return .start }
        return StepPosition(.main, Int(select.integer(0)))
    }
}
