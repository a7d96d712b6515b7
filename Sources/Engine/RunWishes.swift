package import Model
package import Store
import Workflows

/// What a person wishes of a run: walk it again, say what became of it, take it out.
///
/// It works out what follows from the run's workflow; the store writes it, and the engine finds the
/// run as it finds any other.
package struct RunWishes: Sendable {
    /// Where runs are kept.
    let memory: any WalkMemory & WishMemory
    /// Where runs are looked up with their steps.
    let reading: any RunReading
    /// Who evaluates guards.
    let evaluator: any ExpressionEvaluator
    /// The rules in force.
    let playbooks: PlaybookBox
    /// The wall clock.
    let clock: WallClock

    /// Takes what it works with.
    package init(
        memory: any WalkMemory & WishMemory,
        reading: any RunReading,
        evaluator: any ExpressionEvaluator,
        playbooks: PlaybookBox,
        clock: @escaping WallClock
    ) {
        self.memory = memory
        self.reading = reading
        self.evaluator = evaluator
        self.playbooks = playbooks
        self.clock = clock
    }

    /// Lets a run walk again; one whose guard could not be evaluated is judged first.
    ///
    /// - Parameters:
    ///   - id: A run that is dead, unsure or waiting.
    ///   - isCurrent: Whether it is pinned to the version in force instead of its own.
    ///   - fromStart: Whether it begins at its first step.
    ///   - actor: Who asked.
    /// - Throws: ``StoreFailure/refused(_:)`` with what to do instead.
    package func retry(
        _ id: RunID,
        isCurrent: Bool,
        fromStart: Bool,
        by actor: String
    ) async throws(StoreFailure) {
        let run = try stored(id)
        let rule = isCurrent ? try ruleInForce(run) : nil
        guard run.isJudged else {
            let judged = try judge(run, by: rule)
            return try await memory.retry(judged: judged, actor: actor, at: clock())
        }
        if let rule, !fromStart { try checkSteps(of: run, against: rule) }
        try await memory.retry(
            id,
            version: rule?.version ?? run.version,
            fromStart: fromStart,
            actor: actor,
            at: clock()
        )
    }

    /// Ends the doubt about an unsure run.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - verdict: What became of its action.
    ///   - reason: How the person knows.
    ///   - actor: Who says so.
    /// - Returns: Where the run stands then.
    /// - Throws: ``StoreFailure/refused(_:)`` with what to do instead.
    package func resolve(
        _ id: RunID,
        as verdict: UnsureVerdict,
        because reason: String,
        by actor: String
    ) async throws(StoreFailure) -> RunStatus {
        let run = try stored(id)
        guard run.status == .unsure else { throw .refused(Self.insteadOfResolving(run)) }
        let rule = try pinned(run)
        let walking = Walking(run, by: rule, vars: playbooks.current.vars)
        walking.attempts = max(run.attempts - 1, 0)
        guard let plan = walking.plan else {
            throw .refused("the workflow of run \(id) has no such step any more")
        }
        let now = clock()
        let decision = walking.decision(plan, at: now, roll: 0)
        let outcome: StepOutcome? =
            switch verdict {
            case .done: .done(Fields())
            case .failed:
                .failed(
                    StepFailure("\(actor) gave it up: \(reason)", fault: .operator, isFinal: true)
                )
            case .retry: nil
            }
        let again = RunChange(status: .pending, position: run.position, resetsAttempts: true)
        let change = outcome.map(decision.change) ?? again
        try await memory.resolve(
            RunResolution(
                step: walking.reference(plan, inputs: nil, at: now),
                outcome: outcome,
                change: change,
                reason: reason,
                actor: actor,
                now: now
            )
        )
        return change.status
    }

    /// Takes a run out of the walk for good.
    ///
    /// - Parameters:
    ///   - id: A run that is pending, waiting, dead or unsure.
    ///   - reason: Why.
    ///   - actor: Who asked.
    /// - Throws: ``StoreFailure/refused(_:)`` when its status allows none.
    package func cancel(
        _ id: RunID,
        because reason: String,
        by actor: String
    ) async throws(StoreFailure) {
        try await memory.cancel(id, because: reason, actor: actor, at: clock())
    }

    private func stored(_ id: RunID) throws(StoreFailure) -> StoredRun {
        guard let run = try memory.runs([id]).first else {
            throw .refused("there is no run \(id); see: till runs ls")
        }
        return run
    }

    private func ruleInForce(_ run: StoredRun) throws(StoreFailure) -> Rule {
        let rules = playbooks.current.rules
        guard let rule = rules.first(where: { $0.workflow.name == run.workflow }) else {
            throw .refused("no workflow in force is named \(run.workflow)")
        }
        return rule
    }

    private func pinned(_ run: StoredRun) throws(StoreFailure) -> Rule {
        do throws(Orphaned) {
            return try playbooks.current.rule(version: run.version)
        } catch {
            throw .refused(error.description)
        }
    }

    /// The guard's word on a run now; a guard that still cannot be evaluated refuses the retry.
    private func judge(_ run: StoredRun, by inForce: Rule?) throws(StoreFailure) -> NewRun {
        let rule = if let inForce { inForce } else { try pinned(run) }
        let scope = Chooser.scope(of: run.event, vars: playbooks.current.vars)
        let choice = Chooser.choice(of: rule, for: run.event, in: scope, by: evaluator)
        if case .impossible(let reason) = choice.verdict {
            throw .refused("run \(run.id) stays given up: \(reason)")
        }
        return NewRun(run.id, choice)
    }

    /// Refuses to go on in the middle of a version whose steps before that place are others.
    private func checkSteps(of run: StoredRun, against rule: Rule) throws(StoreFailure) {
        let last = run.position.phase == .main ? run.position.index : run.givenUpStep ?? Int.max
        let walked = try reading.run(run.id)?.steps ?? []
        let known = walked.filter { $0.position.phase == .main && $0.position.index <= last }
            .map(\.step)
        let now = rule.workflow.steps.prefix(known.count).map(\.id)
        guard now == known else {
            throw .refused(
                "the version in force of \(run.workflow) has other steps up to the one that failed "
                    + "(\(now.joined(separator: ", ")) instead of "
                    + "\(known.joined(separator: ", "))); retry run \(run.id) with --from start, "
                    + "or with the original version"
            )
        }
    }

    /// What to do with a run that is not unsure.
    private static func insteadOfResolving(_ run: StoredRun) -> String {
        let advice =
            switch run.status {
            case .dead: "let it walk again: till runs retry \(run.id)"
            case .waiting: "it is tried again by itself; at once: till runs retry \(run.id)"
            case .running: "its action is under way; wait for the end of it"
            case .pending, .failed: "it is being walked; see: till runs show \(run.id)"
            case .succeeded, .skipped, .unsure: "there is nothing to resolve"
            }
        return "run \(run.id) is \(run.status.rawValue), not unsure; \(advice)"
    }
}
