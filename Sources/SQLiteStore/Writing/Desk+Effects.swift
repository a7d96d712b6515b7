import Model
import Store

extension Desk {
    /// Runs an effect and writes all that follows from its outcome.
    ///
    /// - Parameters:
    ///   - ref: The step.
    ///   - call: What to run.
    ///   - doom: How it ended the whole transaction when it was tried before; it is not run again
    ///     then.
    ///   - decide: What becomes of the run.
    /// - Returns: The outcome and the change.
    /// - Throws: Only what is wrong with the writing around the effect.
    func settleEffect(
        _ ref: StepRef,
        _ call: EffectCall,
        unless doom: SQLFault?,
        _ decide: (StepOutcome) -> RunChange
    ) throws(SQLFault) -> Settled {
        let outcome: StepOutcome
        var words: Words?
        if let known = try knownOutcome(of: ref) {
            outcome = known
        } else if let doom {
            outcome = failure(from: doom, in: call.effect)
        } else {
            outcome = try happen(ref, call, &words)
        }
        let change = decide(outcome)
        try end(ref, outcome, change, saying: words)
        return .step(outcome, change)
    }

    /// Runs an effect in a savepoint of its own, kept only where it was done or had nothing to do.
    ///
    /// - Parameters:
    ///   - ref: The step.
    ///   - call: What to run.
    ///   - words: Set to what was written beside the key, where it was done.
    /// - Returns: The outcome.
    /// - Throws: What is not the effect's fault.
    private func happen(
        _ ref: StepRef,
        _ call: EffectCall,
        _ words: inout Words?
    ) throws(SQLFault) -> StepOutcome {
        try connection.statement("SAVEPOINT effect").run()
        var outcome: StepOutcome
        var isRefusal = false
        do throws(SQLFault) {
            let row = try perform(call.effect, call.parameters) ?? Fields()
            (outcome, isRefusal) = read(row, from: call.effect)
            if outcome.status == .done || outcome.status == .skipped {
                let said = Words(outcome)
                try keep(ref, outcome.status, said)
                words = said
            }
        } catch {
            // A full disk or a lost transaction is not the effect's alone.
            if error.transactionFailure != nil || connection.isAutocommit { throw error }
            outcome = failure(from: error, in: call.effect)
        }
        if outcome.status == .waiting || outcome.status == .failed {
            try connection.statement("ROLLBACK TO effect").run()
        }
        try connection.statement("RELEASE effect").run()
        guard isRefusal, let refused = call.refused, case .failed(var why) = outcome else {
            return outcome
        }
        if let problem = try tell(refused, call.parameters, why.reason) {
            why.reason += "; \(problem)"
        }
        return .failed(why)
    }

    /// Runs what a plugin wants to be done after a refusal; says what went wrong with it.
    private func tell(
        _ refused: SQLFile,
        _ parameters: Fields,
        _ reason: String
    ) throws(SQLFault) -> String? {
        var parameters = parameters
        parameters["reason"] = .text(reason)
        try connection.statement("SAVEPOINT effect").run()
        do throws(SQLFault) {
            _ = try perform(refused, parameters)
            try connection.statement("RELEASE effect").run()
            return nil
        } catch {
            if error.transactionFailure != nil || connection.isAutocommit { throw error }
            try connection.statement("ROLLBACK TO effect").run()
            try connection.statement("RELEASE effect").run()
            return "\(refused.path): \(error.message)"
        }
    }

    /// Runs an effect's statements within the limit on time.
    private func perform(
        _ effect: SQLFile,
        _ parameters: Fields
    ) throws(SQLFault) -> Fields? {
        let compiled = try compile(effect)
        let row = try connection.warden.limiting(to: Limits.effectTime) { () throws(SQLFault) in
            try compiled.run(parameters)
        }
        guard !connection.hasOpenForeignKeys else {
            throw SQLFault(
                code: SQLFault.constraint,
                message: "FOREIGN KEY constraint failed (deferred)"
            )
        }
        return row
    }

    /// The effect's statements, prepared once.
    private func compile(_ effect: SQLFile) throws(SQLFault) -> CompiledEffect {
        if let known = effects[effect] { return known }
        // Reloads leave old texts behind; beginning anew costs one preparation each.
        if effects.count >= 256 { effects = [:] }
        let compiled = try CompiledEffect(effect, on: connection)
        effects[effect] = compiled
        return compiled
    }

    /// What the row says: the outcome, and whether the effect refused.
    private func read(_ row: Fields, from effect: SQLFile) -> (StepOutcome, isRefusal: Bool) {
        var outputs = row
        outputs["outcome"] = nil
        outputs["reason"] = nil
        let word = row.text("outcome") ?? "done"
        let reason = row.text("reason") ?? "\(effect.path) gave no reason"
        switch word {
        case "done": return (.done(outputs), false)
        case "skip": return (.skipped(reason, outputs), false)
        case "wait": return (.wait(reason), false)
        case "refuse":
            return (.failed(StepFailure(reason, fault: .operator, isFinal: true)), true)
        default:
            let words =
                "\(effect.path) answered outcome \"\(word)\"; known are done, skip, wait, refuse"
            return (.failed(StepFailure(words, fault: .operator, isFinal: true)), false)
        }
    }

    /// How an effect that SQLite stopped has failed.
    private func failure(from fault: SQLFault, in effect: SQLFile) -> StepOutcome {
        let reason =
            fault.isTimeout
            ? "took longer than \(Limits.effectTime) and was cut off" : fault.message
        return .failed(
            StepFailure(
                "\(effect.path): \(reason)",
                fault: .operator,
                isFinal: fault.isAboutData
            )
        )
    }

    /// What became of a step's key before; nil for a key that is new, or was only begun.
    private func knownOutcome(of ref: StepRef) throws(SQLFault) -> StepOutcome? {
        let select = try connection.statement(
            """
            SELECT outcome, reason, outputs FROM idempotency_keys WHERE run_id = ?1 AND key = ?2
            """
        )
        defer { select.reset() }
        select.bind(1, ref.run.number)
        select.bind(2, ref.key)
        guard try select.step(), let word = select.optionalText(0) else { return nil }
        let outputs = try fields(ofJSON: select.optionalText(2) ?? "{}")
        return word == StepStatus.skipped.rawValue
            ? .skipped(select.text(1), outputs) : .done(outputs)
    }

    /// Writes the key of an effect that has happened, with its outcome.
    private func keep(
        _ ref: StepRef,
        _ status: StepStatus,
        _ words: Words
    ) throws(SQLFault) {
        let insert = try connection.statement(
            """
            INSERT INTO idempotency_keys (key, run_id, step, outcome, reason, outputs, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """
        )
        insert.bind(1, ref.key)
        insert.bind(2, ref.run.number)
        insert.bind(3, ref.step)
        insert.bind(4, status.rawValue)
        insert.bind(5, words.reason)
        insert.bind(6, words.outputs)
        insert.bind(7, now.milliseconds)
        try insert.run()
    }

    /// Outputs as they were before they were written down.
    private func fields(ofJSON text: String) throws(SQLFault) -> Fields {
        let each = try connection.statement(
            "SELECT key, value, type FROM json_each(?1)"
        )
        defer { each.reset() }
        each.bind(1, text)
        var fields = Fields()
        while try each.step() {
            let isTree = ["object", "array"].contains(each.text(2))
            fields[each.text(0)] = isTree ? .json(each.text(1)) : try each.value(1)
        }
        return fields
    }
}
