import Model
import Store

extension Desk {
    /// What a wish about a run has to look at first.
    struct Standing {
        /// Where it stands.
        let status: String
        /// The step it stands at.
        let position: StepPosition
        /// Its event's place in the order of arrival.
        let event: Int64
        /// Its event's id.
        let eventID: EventID
        /// Whether its guard was judged.
        let isJudged: Bool
        /// Whether its event's body is still there.
        let hasBody: Bool
    }

    /// Lets a run walk again.
    ///
    /// - Parameter wish: Which run, and from where.
    /// - Throws: A refusal where there is no such run or version, or its status allows no retry.
    func retry(_ wish: RetryWish) throws(SQLFault) {
        let run = try retryable(wish.run)
        guard run.isJudged else {
            throw .refusal("run \(wish.run) was given up before its guard could be judged")
        }
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
              fault = NULL, updated_at = ?5, finished_at = NULL, retries = retries + 1
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

    /// Lets a run begin whose guard was judged only now, or ends it as that says.
    ///
    /// - Parameters:
    ///   - judged: The run, its version, and what its guard said.
    ///   - actor: Who asked.
    ///   - moment: When.
    /// - Throws: A refusal where it is no such run.
    func retry(judged: NewRun, actor: String, at moment: Timestamp) throws(SQLFault) {
        let run = try retryable(judged.id)
        guard !run.isJudged else {
            throw .refusal("the guard of run \(judged.id) was judged before")
        }
        let (status, reason) = try standing(of: judged)
        let update = try connection.statement(
            """
            UPDATE workflow_runs SET status = ?2, version_id = ?3, once_key = ?4, reason = ?5,
              fault = NULL, is_judged = 1, retries = retries + 1, updated_at = ?6, finished_at = ?7
            WHERE id = ?1
            """
        )
        update.bind(1, judged.id.number)
        update.bind(2, status.rawValue)
        update.bind(3, judged.version)
        update.bind(4, judged.onceKey)
        update.bind(5, reason)
        update.bind(6, moment.milliseconds)
        update.bind(7, status.isEnd ? moment.milliseconds : nil)
        try update.run()
        if status == .pending, let key = judged.onceKey { try take(key, for: judged) }
        try refreshStatus(ofEvent: run.event)
        audit.append(
            AuditEntry(
                actor: actor,
                action: "run.retried",
                event: run.eventID,
                run: judged.id,
                detail: "{\"from\":\"\(run.status)\",\"run\":\"\(status.rawValue)\","
                    + "\"version\":\(judged.version)}",
                at: moment
            )
        )
    }

    /// How a run stands.
    func standing(of run: RunID) throws(SQLFault) -> Standing {
        let select = try connection.statement(
            """
            SELECT r.status, r.phase, r.position, r.event_seq, e.id, r.is_judged,
              EXISTS (SELECT 1 FROM event_bodies AS b WHERE b.seq = e.seq)
            FROM workflow_runs AS r JOIN webhook_events AS e ON e.seq = r.event_seq
            WHERE r.id = ?1
            """
        )
        defer { select.reset() }
        select.bind(1, run.number)
        guard try select.step() else { throw .refusal("there is no run \(run)") }
        let phase = StepPosition.Phase(rawValue: select.text(1)) ?? .main
        return Standing(
            status: select.text(0),
            position: StepPosition(phase, Int(select.integer(2))),
            event: select.integer(3),
            eventID: EventID(select.text(4)),
            isJudged: select.integer(5) != 0,
            hasBody: select.integer(6) != 0
        )
    }

    /// How a run stands, where that allows a retry.
    private func retryable(_ id: RunID) throws(SQLFault) -> Standing {
        let run = try standing(of: id)
        guard ["dead", "unsure", "waiting", "failed"].contains(run.status) else {
            throw .refusal(
                "run \(id) is \(run.status); only a dead, unsure, waiting or failed one can be "
                    + "retried"
            )
        }
        guard run.hasBody else {
            throw .refusal(
                "the body of event \(run.eventID) was purged when its time was over, so run \(id) "
                    + "cannot be walked again; do by hand what is left to do, then cancel the run"
            )
        }
        return run
    }

    /// The step of `steps` that a run in its `on-failure` steps had failed at; where an older Till
    /// made it, the last one walked.
    private func failedStep(of run: RunID) throws(SQLFault) -> StepPosition {
        let select = try connection.statement(
            """
            SELECT coalesce(r.given_up_step, (SELECT max(position) FROM step_runs
              WHERE run_id = r.id AND phase = 'main'))
            FROM workflow_runs AS r WHERE r.id = ?1
            """
        )
        defer { select.reset() }
        select.bind(1, run.number)
        guard try select.step() else { return .start }
        return StepPosition(.main, Int(select.integer(0)))
    }
}
