import Model
import Plugins
import Store
import Workflows

/// One run in the engine's memory: where it stands and what its expressions see.
final class Walking {
    /// The run's number.
    let id: RunID
    /// The event it walks for.
    let event: StoredEvent
    /// The workflow, in the version it is pinned to.
    let rule: Rule
    /// Which replay of the event it belongs to.
    let replay: Int
    /// How often a person let it walk again.
    let retries: Int
    /// Whether a crash is counted against it in advance, because it is being walked with care.
    var isMarked = false
    /// Whether the store has it as *running*: an outward attempt began and its end is not written.
    var isUnderWay = false
    /// The step to walk next.
    var position: StepPosition
    /// Attempts at that step so far.
    var attempts: Int
    /// When that step first answered `wait`.
    var waitingSince: Timestamp?
    /// What expressions see; `steps` grows as steps are settled.
    var scope: ExpressionScope
    /// Steps whose `if` was false, which ride with the next piece of the run that is written.
    private(set) var passed: [PassedStep] = []
    /// The steps that `scope` knows; nil where the store said them.
    private var told: Set<String>?

    /// A run that is being made.
    init(_ id: RunID, for event: StoredEvent, by rule: Rule, scope: ExpressionScope) {
        self.id = id
        self.event = event
        self.rule = rule
        replay = 0
        retries = 0
        position = .start
        attempts = 0
        self.scope = scope
        told = []
    }

    /// A run that the store holds.
    init(_ run: StoredRun, by rule: Rule, vars: String) {
        id = run.id
        event = run.event
        self.rule = rule
        replay = run.replay
        retries = run.retries
        position = run.position
        attempts = run.attempts
        waitingSince = run.waitingSince
        scope = Chooser.scope(of: run.event, vars: vars)
        scope.steps = run.steps
    }

    /// The step to walk next; nil where the workflow has no such step.
    var plan: StepPlan? { rule.plan(at: position) }

    /// The key of the next step that never changes over attempts.
    ///
    /// Each giving up is told once: a retry by a person gives `on-failure` keys of its own, where
    /// the steps themselves keep theirs.
    func key(of step: String) -> String {
        var key = "\(event.id)/\(rule.workflow.name)/\(step)"
        if replay > 0 { key += "~\(replay)" }
        if retries > 0, position.phase == .failure { key += "+\(retries)" }
        return key
    }

    /// Goes past the next step, whose `if` was false; another one follows.
    ///
    /// - Returns: Whether that could be done; where not, the step is to be settled by itself.
    func pass(_ plan: StepPlan, _ outcome: StepOutcome, to change: RunChange) -> Bool {
        guard case .skipped(let reason, _) = outcome, change.position != position else {
            return false
        }
        let step = PassedStep(
            position: position,
            step: plan.step.id,
            action: plan.step.uses,
            key: key(of: plan.step.id),
            reason: reason
        )
        guard advance(change, after: outcome, of: plan.step.id) else { return false }
        passed.append(step)
        return true
    }

    /// Who the next attempt's record is about; takes along what was passed.
    func reference(_ plan: StepPlan, inputs: String?, at now: Timestamp) -> StepRef {
        defer { passed = [] }
        return StepRef(
            run: id,
            event: event.sequence,
            eventID: event.id,
            workflow: rule.workflow.name,
            position: position,
            step: plan.step.id,
            action: plan.step.uses,
            attempt: attempts + 1,
            key: key(of: plan.step.id),
            inputs: inputs,
            startedAt: now,
            passed: passed
        )
    }

    /// The call of a database step's statements.
    func effect(
        _ part: Plugin.SQLPart,
        of plugin: Plugin,
        _ inputs: Fields,
        _ reference: StepRef
    ) -> EffectCall {
        var parameters = Fields()
        parameters.pairs.reserveCapacity(inputs.pairs.count + 7)
        for (input, pair) in zip(plugin.inputs, inputs.pairs) {
            parameters.pairs.append((input.parameter, pair.value))
        }
        parameters.pairs += [
            ("event_id", .text(event.id.text)), ("event_type", .text(event.type)),
            ("event_created", .integer(event.created.seconds)), ("run_id", .integer(id.number)),
            ("step_id", .text(reference.step)), ("idempotency_key", .text(reference.key)),
            ("now", .integer(reference.startedAt.milliseconds)),
        ]
        return EffectCall(effect: part.effect, refused: part.refused, parameters: parameters)
    }

    /// The call of an outward step's action.
    func call(
        _ plan: StepPlan,
        _ inputs: Fields,
        _ reference: StepRef,
        _ timeout: Duration
    ) -> ActionCall {
        ActionCall(
            key: reference.key,
            eventID: event.id,
            eventType: event.type,
            eventCreated: event.created,
            livemode: event.livemode,
            workflow: rule.workflow.name,
            step: plan.step.id,
            run: id,
            attempt: reference.attempt,
            inputs: inputs,
            timeout: plan.step.timeout ?? timeout
        )
    }

    /// What will become of the run when its next attempt ends.
    func decision(_ plan: StepPlan, at now: Timestamp, roll: UInt64) -> Decision {
        let list = position.phase == .main ? rule.steps : rule.onFailure
        return Decision(
            step: plan.step,
            position: position,
            count: list.count,
            hasFailureSteps: !rule.onFailure.isEmpty,
            attempt: attempts + 1,
            waitingSince: waitingSince,
            now: now,
            roll: roll
        )
    }

    /// Moves on after a step was settled; later steps see how it ended and its outputs.
    ///
    /// - Returns: Whether that could be added; where not, the run must be read from the store
    ///   again.
    func advance(_ change: RunChange, after outcome: StepOutcome, of step: String) -> Bool {
        let name = JSONText.quoted(step) + ":"
        if told == nil {
            guard !scope.steps.contains(name) else { return false }
        } else if told?.insert(step).inserted == false {
            return false
        }
        position = change.position
        attempts = change.resetsAttempts ? 0 : attempts + 1
        waitingSince = nil
        var writer = JSONWriter()
        writer.open(scope.steps)
        if scope.steps != "{}" { writer.raw(",") }
        writer.raw(name)
        Self.write(outcome, to: &writer)
        writer.raw("}")
        scope.steps = writer.text
        return true
    }

    /// What later steps see of a settled one, as the store shows it after a restart.
    private static func write(_ outcome: StepOutcome, to writer: inout JSONWriter) {
        let reason: String?
        var outputs = Fields()
        switch outcome {
        case .done(let fields): (reason, outputs) = (nil, fields)
        case .skipped(let why, let fields): (reason, outputs) = (why, fields)
        case .failed(let failure): reason = failure.reason
        case .wait(let why), .unsure(let why): reason = why
        }
        writer.raw("{\"outcome\":\"")
        writer.raw(outcome.status.rawValue)
        writer.raw("\"")
        if let reason {
            writer.raw(",\"reason\":")
            writer.quoted(reason)
        }
        outputs.write(to: &writer, afterOthers: true)
        writer.raw("}")
    }
}
