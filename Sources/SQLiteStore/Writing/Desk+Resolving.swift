import Model
import Store

extension Desk {
    /// Writes down what a person knows of the action of an unsure run.
    ///
    /// - Parameter resolution: What is known and what follows from it.
    /// - Throws: A refusal where the run is not unsure at that step.
    func resolve(_ resolution: RunResolution) throws(SQLFault) {
        let (ref, change) = (resolution.step, resolution.change)
        let run = try standing(of: ref.run)
        guard run.status == RunStatus.unsure.rawValue, run.position == ref.position else {
            throw .refusal("run \(ref.run) is \(run.status); only an unsure one can be resolved")
        }
        if let outcome = resolution.outcome {
            try keepOutcome(outcome, of: ref)
            try writeEnd(of: ref, outcome, resolution)
        }
        let update = try connection.statement(
            """
            UPDATE workflow_runs SET status = ?2, phase = ?3, position = ?4, attempts = 0,
              given_up_step = CASE WHEN ?3 = 'failure' THEN position END,
              waiting_since = NULL, due_at = NULL, crashes = 0, reason = ?5, fault = ?6,
              updated_at = ?7, finished_at = ?8
            WHERE id = ?1
            """
        )
        update.bind(1, ref.run.number)
        update.bind(2, change.status.rawValue)
        update.bind(3, change.position.phase.rawValue)
        update.bind(4, Int64(change.position.index))
        update.bind(5, change.reason)
        update.bind(6, change.reason == nil ? nil : Words(resolution.outcome).fault?.rawValue)
        update.bind(7, resolution.now.milliseconds)
        update.bind(8, change.status.isEnd ? resolution.now.milliseconds : nil)
        try update.run()
        try refreshStatus(ofEvent: run.event)
        let word = resolution.outcome?.status.rawValue ?? "retry"
        audit.append(
            AuditEntry(
                actor: resolution.actor,
                action: "run.resolved",
                event: run.eventID,
                run: ref.run,
                detail: openDetail(of: ref).text
                    + ",\"as\":\"\(word)\",\"run\":\"\(change.status.rawValue)\","
                    + "\"reason\":\(JSONText.quoted(resolution.reason))}",
                at: resolution.now
            )
        )
    }

    /// Takes a run out of the walk for good.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - reason: Why.
    ///   - actor: Who asked.
    ///   - moment: When.
    /// - Throws: A refusal where its status does not allow it.
    func cancel(
        _ id: RunID,
        because reason: String,
        actor: String,
        at moment: Timestamp
    ) throws(SQLFault) {
        let run = try standing(of: id)
        guard ["pending", "waiting", "dead", "unsure"].contains(run.status) else {
            throw .refusal(
                "run \(id) is \(run.status); only a pending, waiting, dead or unsure one can be "
                    + "cancelled"
            )
        }
        let update = try connection.statement(
            """
            UPDATE workflow_runs SET status = 'skipped', due_at = NULL, reason = ?2, fault = NULL,
              updated_at = ?3, finished_at = ?3
            WHERE id = ?1
            """
        )
        update.bind(1, id.number)
        update.bind(2, "cancelled by \(actor): \(reason)")
        update.bind(3, moment.milliseconds)
        try update.run()
        try refreshStatus(ofEvent: run.event)
        audit.append(
            AuditEntry(
                actor: actor,
                action: "run.cancelled",
                event: run.eventID,
                run: id,
                detail: "{\"from\":\"\(run.status)\",\"reason\":\(JSONText.quoted(reason))}",
                at: moment
            )
        )
    }

    /// Writes how a step in doubt ended, as a person says.
    private func writeEnd(
        of ref: StepRef,
        _ outcome: StepOutcome,
        _ resolution: RunResolution
    ) throws(SQLFault) {
        let update = try connection.statement(
            """
            UPDATE step_runs SET status = ?4, outputs = ?5, reason = ?6, fault = ?7,
              finished_at = ?8
            WHERE run_id = ?1 AND phase = ?2 AND position = ?3
            """
        )
        let words = Words(outcome)
        update.bind(1, ref.run.number)
        update.bind(2, ref.position.phase.rawValue)
        update.bind(3, Int64(ref.position.index))
        update.bind(4, outcome.status.rawValue)
        update.bind(5, words.outputs)
        update.bind(6, "resolved by \(resolution.actor): \(resolution.reason)")
        update.bind(7, words.fault?.rawValue)
        update.bind(8, resolution.now.milliseconds)
        try update.run()
    }
}
