import Model
import Store

extension Desk {
    /// Writes one settlement.
    ///
    /// - Parameters:
    ///   - settlement: What to write.
    ///   - doom: What it did to the transaction when it was tried before; it is not tried again
    ///     then.
    /// - Returns: What it came to.
    /// - Throws: Why it is to be rolled back.
    func settle(_ settlement: Settlement, unless doom: SQLFault?) throws(SQLFault) -> Settled {
        if case .effect(let ref, let call, let decide) = settlement {
            return try settleEffect(ref, call, unless: doom, decide)
        }
        if let doom { throw doom }
        switch settlement {
        case .chosen(let event, let runs):
            return .written(runs: try choose(event, runs))
        case .began(let ref):
            try begin(ref)
            return .written()
        case .ended(let ref, let outcome, let change):
            try keepOutcome(outcome, of: ref)
            try end(ref, outcome, change)
            return .step(outcome, change)
        case .suspected(let run):
            try suspect(run, by: 1)
            return .written()
        case .cleared(let run):
            try suspect(run, by: -1)
            return .written()
        case .abandoned(let run, let reason):
            try abandon(run, because: reason)
            return .written()
        case .suspectedEvent(let event):
            try suspect(event)
            return .written()
        case .held(let event, let reason):
            try hold(event, because: reason)
            return .written()
        case .effect:
            preconditionFailure("effects were settled above")
        }
    }

    /// Writes the end of an attempt: the step's row, the run's new place, the audit row.
    ///
    /// - Parameters:
    ///   - ref: The step.
    ///   - outcome: How it ended.
    ///   - change: What becomes of the run.
    ///   - words: What the outcome says, where that was made before.
    /// - Throws: A refusal where the run is elsewhere by now.
    func end(
        _ ref: StepRef,
        _ outcome: StepOutcome,
        _ change: RunChange,
        saying words: Words? = nil
    ) throws(SQLFault) {
        let words = words ?? Words(outcome)
        try writePassed(ref)
        try writeStep(ref, outcome.status, words)
        try move(ref, outcome, change, words)
        if change.status.isEnd {
            try refreshStatus(ofEvent: ref.event)
        }
        audit.append(
            AuditEntry(
                actor: "engine",
                action: "step.\(outcome.status.rawValue)",
                event: ref.eventID,
                run: ref.run,
                detail: detail(of: ref, outcome.status, words, change.status),
                at: now
            )
        )
    }

    /// Counts an attempt at an outward action and writes its key down before it begins.
    private func begin(_ ref: StepRef) throws(SQLFault) {
        let key = try connection.statement(
            """
            INSERT INTO idempotency_keys (key, run_id, step, created_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (run_id, key) DO NOTHING
            """
        )
        key.bind(1, ref.key)
        key.bind(2, ref.run.number)
        key.bind(3, ref.step)
        key.bind(4, now.milliseconds)
        try key.run()
        try writePassed(ref)
        try writeStep(ref, .running, Words(nil))
        let update = try connection.statement(
            """
            UPDATE workflow_runs SET status = 'running', position = ?6, attempts = ?4,
              waiting_since = CASE WHEN position = ?6 THEN waiting_since END, due_at = NULL,
              updated_at = ?5
            WHERE id = ?1 AND phase = ?2 AND position = ?3
              AND (status = 'pending' OR status = 'running' OR status = 'waiting'
                OR status = 'failed')
            """
        )
        update.bind(1, ref.run.number)
        update.bind(2, ref.standing.phase.rawValue)
        update.bind(3, Int64(ref.standing.index))
        update.bind(4, Int64(ref.attempt))
        update.bind(5, now.milliseconds)
        update.bind(6, Int64(ref.position.index))
        try update.run()
        try expectOneRun(ref)
        audit.append(
            AuditEntry(
                actor: "engine",
                action: "step.began",
                event: ref.eventID,
                run: ref.run,
                detail: openDetail(of: ref).text + "}",
                at: now
            )
        )
    }

    /// Writes the outcome beside the key of an outward action that happened.
    func keepOutcome(_ outcome: StepOutcome, of ref: StepRef) throws(SQLFault) {
        guard case .done(let outputs) = outcome else { return }
        let update = try connection.statement(
            """
            UPDATE idempotency_keys SET outcome = 'done', outputs = ?3
            WHERE run_id = ?1 AND key = ?2
            """
        )
        update.bind(1, ref.run.number)
        update.bind(2, ref.key)
        update.bind(3, outputs.json)
        try update.run()
    }

    /// Writes the rows of the steps that the run went past on its way.
    private func writePassed(_ ref: StepRef) throws(SQLFault) {
        for step in ref.passed {
            try writeRow(
                StepRecord(
                    run: ref.run,
                    position: step.position,
                    step: step.step,
                    action: step.action,
                    status: .skipped,
                    attempts: 1,
                    key: step.key,
                    words: Words(.skipped(step.reason)),
                    startedAt: ref.startedAt,
                    finishedAt: now
                )
            )
        }
    }

    /// Writes a step's row: its begin or its end.
    private func writeStep(
        _ ref: StepRef,
        _ status: StepStatus,
        _ words: Words
    ) throws(SQLFault) {
        try writeRow(
            StepRecord(
                run: ref.run,
                position: ref.position,
                step: ref.step,
                action: ref.action,
                status: status,
                attempts: ref.attempt,
                key: ref.key,
                inputs: ref.inputs,
                words: words,
                startedAt: ref.startedAt,
                finishedAt: status == .running ? nil : now
            )
        )
    }

    /// Writes a row of `step_runs`, over the one of an earlier attempt.
    private func writeRow(_ row: StepRecord) throws(SQLFault) {
        let upsert = try connection.statement(
            """
            INSERT INTO step_runs (run_id, phase, position, step, action, status, attempts, key,
              inputs, outputs, reason, fault, started_at, finished_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            ON CONFLICT (run_id, phase, position) DO UPDATE SET
              step = excluded.step, action = excluded.action, status = excluded.status,
              attempts = excluded.attempts, key = excluded.key, inputs = excluded.inputs,
              outputs = excluded.outputs, reason = excluded.reason, fault = excluded.fault,
              started_at = excluded.started_at, finished_at = excluded.finished_at
            """
        )
        upsert.bind(1, row.run.number)
        upsert.bind(2, row.position.phase.rawValue)
        upsert.bind(3, Int64(row.position.index))
        upsert.bind(4, row.step)
        upsert.bind(5, row.action)
        upsert.bind(6, row.status.rawValue)
        upsert.bind(7, Int64(row.attempts))
        upsert.bind(8, row.key)
        upsert.bind(9, row.inputs)
        upsert.bind(10, row.words.outputs)
        upsert.bind(11, row.words.reason)
        upsert.bind(12, row.words.fault?.rawValue)
        upsert.bind(13, row.startedAt.milliseconds)
        upsert.bind(14, row.finishedAt?.milliseconds)
        try upsert.run()
    }

    /// Moves the run on as the engine decided.
    ///
    /// A crash is forgiven here: a step that could be settled did not take the process down. What
    /// happens in `on-failure` does not cover why the run failed.
    private func move(
        _ ref: StepRef,
        _ outcome: StepOutcome,
        _ change: RunChange,
        _ words: Words
    ) throws(SQLFault) {
        let update = try connection.statement(
            """
            UPDATE workflow_runs SET status = ?4, phase = ?5, position = ?6, attempts = ?7,
              waiting_since = CASE
                WHEN ?8 THEN coalesce(CASE WHEN position = ?14 THEN waiting_since END, ?9) END,
              given_up_step = CASE WHEN phase = 'main' AND ?5 = 'failure' THEN ?14
                              ELSE given_up_step END,
              due_at = ?10, crashes = 0, updated_at = ?9, finished_at = ?11,
              reason = CASE WHEN ?2 = 'failure' THEN coalesce(reason, ?12)
                       WHEN ?4 = 'failed' OR ?4 = 'dead' OR ?4 = 'waiting'
                         THEN coalesce(?12, reason)
                       ELSE ?12 END,
              fault = CASE WHEN ?2 = 'failure' THEN coalesce(fault, ?13)
                      WHEN ?13 IS NOT NULL THEN ?13
                      WHEN ?4 = 'failed' OR ?4 = 'dead' OR ?4 = 'waiting' THEN fault END
            WHERE id = ?1 AND phase = ?2 AND position = ?3
              AND (status = 'pending' OR status = 'running' OR status = 'waiting'
                OR status = 'failed')
            """
        )
        let isWait = outcome.status == .waiting && !change.resetsAttempts
        update.bind(1, ref.run.number)
        update.bind(2, ref.standing.phase.rawValue)
        update.bind(3, Int64(ref.standing.index))
        update.bind(4, change.status.rawValue)
        update.bind(5, change.position.phase.rawValue)
        update.bind(6, Int64(change.position.index))
        update.bind(7, change.resetsAttempts ? 0 : Int64(ref.attempt))
        update.bind(8, isWait ? 1 : 0)
        update.bind(9, now.milliseconds)
        update.bind(10, change.status == .waiting ? (change.dueAt ?? now).milliseconds : nil)
        update.bind(11, change.status.isEnd ? now.milliseconds : nil)
        update.bind(12, change.reason)
        update.bind(13, words.fault?.rawValue)
        update.bind(14, Int64(ref.position.index))
        try update.run()
        try expectOneRun(ref)
    }

    /// Counts a crash of the process against a run, or takes a count back.
    private func suspect(_ run: RunID, by count: Int64) throws(SQLFault) {
        let update = try connection.statement(
            """
            UPDATE workflow_runs SET crashes = max(crashes + ?3, 0), updated_at = ?2 WHERE id = ?1
            """
        )
        update.bind(1, run.number)
        update.bind(2, now.milliseconds)
        update.bind(3, count)
        try update.run()
        guard connection.changes == 1 else { throw .refusal("there is no run \(run)") }
    }

    /// Gives a run up outside any step.
    private func abandon(_ run: RunID, because reason: String) throws(SQLFault) {
        let update = try connection.statement(
            """
            UPDATE workflow_runs SET status = 'dead', due_at = NULL, reason = ?2, fault = 'house',
              updated_at = ?3, finished_at = ?3
            WHERE id = ?1 AND (status = 'pending' OR status = 'running' OR status = 'waiting'
                OR status = 'failed')
            RETURNING event_seq, (SELECT id FROM webhook_events WHERE seq = event_seq)
            """
        )
        update.bind(1, run.number)
        update.bind(2, reason)
        update.bind(3, now.milliseconds)
        defer { update.reset() }
        guard try update.step() else { throw .refusal("run \(run) is not open or does not exist") }
        let (event, eventID) = (update.integer(0), update.text(1))
        update.reset()
        try refreshStatus(ofEvent: event)
        audit.append(
            AuditEntry(
                actor: "engine",
                action: "run.dead",
                event: EventID(eventID),
                run: run,
                detail: "{\"reason\":\(JSONText.quoted(reason))}",
                at: now
            )
        )
    }

    /// Refuses what came from a walk that is not at that step any more, after a person's retry,
    /// say.
    private func expectOneRun(_ ref: StepRef) throws(SQLFault) {
        guard connection.changes == 1 else {
            throw .refusal("run \(ref.run) is no longer at step \"\(ref.step)\"")
        }
    }
}
