package import Model

/// An event that waits for its workflows to be chosen.
package struct StoredEvent: Sendable {
    /// The order of arrival.
    ///
    /// Source: `webhook_events.seq`.
    package let sequence: Int64
    /// Stripe's id.
    package let id: EventID
    /// Stripe's type.
    package let type: String
    /// When Stripe made it.
    package let created: Timestamp
    /// Which of Stripe's worlds it is of.
    package let livemode: Bool
    /// The connected account.
    package let account: String?
    /// What is walked one at a time.
    package let lane: String
    /// The endpoint that took it.
    package let endpoint: String
    /// The body as it arrived; nil once retention purged it.
    package let body: String?
    /// Crashes of the process while its workflows were being chosen.
    package let crashes: Int

    /// Makes an event.
    package init(
        sequence: Int64,
        id: EventID,
        type: String,
        created: Timestamp,
        livemode: Bool,
        account: String?,
        lane: String,
        endpoint: String,
        body: String?,
        crashes: Int = 0
    ) {
        self.sequence = sequence
        self.id = id
        self.type = type
        self.created = created
        self.livemode = livemode
        self.account = account
        self.lane = lane
        self.endpoint = endpoint
        self.body = body
        self.crashes = crashes
    }
}

/// A run as the store holds it, with all that walking on needs.
package struct StoredRun: Sendable {
    /// The run's number.
    package let id: RunID
    /// The event it walks for.
    package let event: StoredEvent
    /// The workflow's name.
    package let workflow: String
    /// The version it is pinned to.
    ///
    /// Source: `workflow_versions.id`.
    package let version: Int64
    /// Which replay of the event this run belongs to; 0 for the first.
    package let replay: Int
    /// Where it stands.
    package let status: RunStatus
    /// The step to walk next.
    package let position: StepPosition
    /// Attempts at that step so far.
    package let attempts: Int
    /// When that step first answered `wait`; nil where it has not.
    package let waitingSince: Timestamp?
    /// Crashes of the process while this run was being walked.
    package let crashes: Int
    /// How often a person let it walk again.
    package let retries: Int
    /// Whether `when` and `once-per` were judged; not where they could not be evaluated.
    package let isJudged: Bool
    /// The step of `steps` that was given up, where the run is in `on-failure`.
    package let givenUpStep: Int?
    /// The outputs of settled steps, by step id; a JSON object.
    package let steps: String

    /// Makes a run.
    package init(
        id: RunID,
        event: StoredEvent,
        workflow: String,
        version: Int64,
        replay: Int,
        status: RunStatus,
        position: StepPosition,
        attempts: Int,
        waitingSince: Timestamp?,
        crashes: Int,
        retries: Int = 0,
        isJudged: Bool = true,
        givenUpStep: Int? = nil,
        steps: String
    ) {
        self.id = id
        self.event = event
        self.workflow = workflow
        self.version = version
        self.replay = replay
        self.status = status
        self.position = position
        self.attempts = attempts
        self.waitingSince = waitingSince
        self.crashes = crashes
        self.retries = retries
        self.isJudged = isJudged
        self.givenUpStep = givenUpStep
        self.steps = steps
    }
}

/// Which step of a workflow: the n-th of `steps` or of `on-failure`.
package struct StepPosition: Sendable, Hashable {
    /// The two lists of a workflow.
    ///
    /// Source: `step_runs.phase`.
    package enum Phase: String, Sendable, CaseIterable {
        case main
        case failure
    }

    /// Which list.
    package var phase: Phase
    /// Which of the list, from 0.
    package var index: Int

    /// Makes a position.
    package init(_ phase: Phase, _ index: Int) {
        self.phase = phase
        self.index = index
    }

    /// The first step.
    package static let start = StepPosition(.main, 0)
}

/// A run to be made because a workflow takes an event.
package struct NewRun: Sendable {
    /// Its number, from ``WalkMemory/reserveRunID()``.
    package var id: RunID
    /// The workflow.
    package var workflow: String
    /// The version in force.
    package var version: Int64
    /// The business key of `once-per`, where the workflow has one; a second run with it is skipped.
    package var onceKey: String?
    /// Why there is nothing to do (`when` was false): the run is made as *skipped*; nil to run.
    package var skipReason: String?
    /// Why it is given up at once (`when` could not be evaluated): made as *dead*; nil to run.
    package var deadReason: String?
    /// Crashes of the process that were counted against its event already.
    package var crashes: Int

    /// Makes a run to be.
    package init(
        id: RunID,
        workflow: String,
        version: Int64,
        onceKey: String? = nil,
        skipReason: String? = nil,
        deadReason: String? = nil,
        crashes: Int = 0
    ) {
        self.id = id
        self.workflow = workflow
        self.version = version
        self.onceKey = onceKey
        self.skipReason = skipReason
        self.deadReason = deadReason
        self.crashes = crashes
    }
}

/// One call of a SQL-defined action, to be run inside settle.
package struct EffectCall: Sendable {
    /// The statements.
    package var effect: SQLFile
    /// What is run after the effect was rolled back because it answered `refuse`.
    package var refused: SQLFile?
    /// Named parameters without the colon: the inputs and the standard ones.
    ///
    /// Standard: `event_id event_type event_created run_id step_id idempotency_key now`; the last
    /// two of time are seconds and milliseconds since 1970.
    package var parameters: Fields

    /// Makes a call.
    package init(effect: SQLFile, refused: SQLFile?, parameters: Fields) {
        self.effect = effect
        self.refused = refused
        self.parameters = parameters
    }
}

/// What becomes of a run after a step was settled; the engine's decision.
package struct RunChange: Sendable, Hashable {
    /// The run's new status.
    package var status: RunStatus
    /// The step to walk next; unchanged for a retry.
    package var position: StepPosition
    /// When, for *waiting*.
    package var dueAt: Timestamp?
    /// Whether the count of attempts starts again, because the position moved.
    package var resetsAttempts: Bool
    /// Why, for ends and waits; what a person reads beside the run.
    package var reason: String?

    /// Makes a change.
    package init(
        status: RunStatus,
        position: StepPosition,
        dueAt: Timestamp? = nil,
        resetsAttempts: Bool = false,
        reason: String? = nil
    ) {
        self.status = status
        self.position = position
        self.dueAt = dueAt
        self.resetsAttempts = resetsAttempts
        self.reason = reason
    }
}

/// One thing to be written, all or nothing; many share a transaction, each in a savepoint of its
/// own.
package enum Settlement: Sendable {
    /// The workflows of an event were chosen: its runs are made; none makes the event *unmatched*.
    case chosen(StoredEvent, [NewRun])
    /// An outward action is about to begin: the attempt is counted and its key written down first.
    case began(StepRef)
    /// An outward action, or a step whose `if` was false, has ended; `RunChange` follows from it.
    case ended(StepRef, StepOutcome, RunChange)
    /// A step that only touches the database: effect, outcome, idempotency row and audit row at
    /// once.
    ///
    /// The change depends on the outcome, which is known only inside the transaction; the closure
    /// must be pure and quick.
    case effect(StepRef, EffectCall, decide: @Sendable (StepOutcome) -> RunChange)
    /// A run is about to be walked with care because the process crashed before: `crashes` is
    /// counted.
    case suspected(RunID)
    /// A run that was suspected waits for something instead of being walked, or its attempt is on
    /// record: the last count is taken back.
    case cleared(RunID)
    /// A run is given up outside a step: its workflow is gone, or it crashed the process too often.
    case abandoned(RunID, reason: String)
    /// The workflows of an event are about to be chosen with care because the process crashed
    /// before: `crashes` is counted.
    case suspectedEvent(StoredEvent)
    /// An event is set aside because the process crashed too often while its workflows were chosen.
    case held(StoredEvent, reason: String)

    /// Whether it is about something outside, which cannot be walked again as if it had not been:
    /// an attempt that may begin now, or that has ended.
    package var isTold: Bool {
        switch self {
        case .began: true
        // Nothing was done where there were no inputs.
        case .ended(let step, _, _): step.inputs != nil
        case .chosen, .effect, .suspected, .cleared, .abandoned, .suspectedEvent, .held: false
        }
    }
}

/// What a settlement came to.
package enum Settled: Sendable {
    /// Anything but the end of a step is written. For `chosen`: the runs
    /// that wait to be walked, in order; those skipped by `once-per` are not among them.
    case written(runs: [RunID] = [])
    /// The step ended so and the run stands so.
    case step(StepOutcome, RunChange)
    /// This settlement was rolled back, the others of its transaction were not.
    case failed(StoreFailure)
    /// The batch was written up to here; this piece and those after it were not, a full disk, say.
    case unwritten(StoreFailure)
}

/// What the engine needs of the store.
package protocol WalkMemory: Sendable {
    /// Events whose workflows are not chosen yet, in order of arrival, after that sequence number.
    func unchosenEvents(after sequence: Int64, limit: Int) throws(StoreFailure) -> [StoredEvent]
    /// Runs that may be walked now: *pending*, *failed*, or *waiting* and due; oldest first, with
    /// ids above `after`.
    func dueRuns(at now: Timestamp, after id: RunID, limit: Int) throws(StoreFailure) -> [StoredRun]
    /// Those runs, for example the ones that `chosen` just made; unknown ids are left out.
    func runs(_ ids: [RunID]) throws(StoreFailure) -> [StoredRun]
    /// When the earliest *waiting* run is due; nil when none waits.
    func nextDue() throws(StoreFailure) -> Timestamp?
    /// Runs left *running* by a process that is gone; their last attempt's end is unknown.
    func interruptedRuns() throws(StoreFailure) -> [StoredRun]
    /// A run number that no other run has or will have.
    func reserveRunID() -> RunID
    /// Writes a batch in order; one answer for each piece, in the same order.
    ///
    /// No death of the process undoes what was answered, and ``Settlement/isTold`` pieces are on
    /// disk with all before them. A power failure may take back the last moments of the others:
    /// they are walked again then.
    func settle(_ batch: [Settlement]) async throws(StoreFailure) -> [Settled]
    /// A signal that something new may be there to walk: fires after a commit that recorded events
    /// or granted a wish. Several firings may arrive as one.
    func changes() -> AsyncStream<Void>
}

/// Evaluates workflow expressions over an event and the committed business tables, read-only.
package protocol ExpressionEvaluator: Sendable {
    /// The values of those expressions over one scope, in order, where a condition holds.
    ///
    /// - Parameters:
    ///   - expressions: Evaluated together with the condition, as one statement.
    ///   - condition: Where it is false or NULL, nothing else needs to make sense; nil holds.
    ///   - scope: What their names stand for.
    /// - Returns: One value each; nil where the condition does not hold.
    /// - Throws: ``ExpressionFailure`` naming the first expression that could not be evaluated.
    func values(
        of expressions: [Expression],
        if condition: Expression?,
        in scope: ExpressionScope
    ) throws(ExpressionFailure) -> [Value]?
}

extension ExpressionEvaluator {
    /// The values of those expressions over one scope, in order.
    ///
    /// - Parameters:
    ///   - expressions: Evaluated together, as one statement; none gives none.
    ///   - scope: What their names stand for.
    /// - Returns: One value each.
    /// - Throws: ``ExpressionFailure`` naming the first expression that could not be evaluated.
    package func values(
        of expressions: [Expression],
        in scope: ExpressionScope
    ) throws(ExpressionFailure) -> [Value] {
        try values(of: expressions, if: nil, in: scope) ?? []
    }
}

/// Why an expression has no value.
package struct ExpressionFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What SQLite said, or which limit was met.
    package let reason: String
    /// The expression.
    package let expression: Expression

    /// Makes a failure.
    package init(_ reason: String, in expression: Expression) {
        self.reason = reason
        self.expression = expression
    }

    package var description: String {
        "\(expression.place): \(reason) in \"\(expression.sql)\""
    }
}
