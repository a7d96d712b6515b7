package import Model

/// A step that a run went past because its `if` was false; it is written with the next that is not.
package struct PassedStep: Sendable {
    /// Which step.
    package var position: StepPosition
    /// The step's id.
    package var step: String
    /// The plugin it would have used.
    package var action: String
    /// Its key, as ``StepRef/key``.
    package var key: String
    /// Why there was nothing to do.
    package var reason: String

    /// Makes one.
    package init(
        position: StepPosition,
        step: String,
        action: String,
        key: String,
        reason: String
    ) {
        self.position = position
        self.step = step
        self.action = action
        self.key = key
        self.reason = reason
    }
}

/// Who a step's record is about, whatever became of it.
package struct StepRef: Sendable {
    /// The run.
    package var run: RunID
    /// The event's place in the order of arrival.
    package var event: Int64
    /// The event's id, for the audit log.
    package var eventID: EventID
    /// The workflow's name, for the audit log.
    package var workflow: String
    /// Which step.
    package var position: StepPosition
    /// The step's id.
    package var step: String
    /// The plugin it uses.
    package var action: String
    /// Which attempt this is, from 1.
    package var attempt: Int
    /// The key that never changes over attempts: `event/workflow/step`, with `~n` for the n-th
    /// replay, and `+n` for a step of `on-failure` after the n-th retry by a person.
    package var key: String
    /// What the action gets, as JSON, secrets masked; nil where `if` was false.
    package var inputs: String?
    /// When this attempt began.
    package var startedAt: Timestamp
    /// The steps that the run went past on the way here, in order; the store still has it at the
    /// first of them.
    package var passed: [PassedStep]

    /// The same where the steps that were passed are written already.
    package var alone: StepRef {
        var reference = self
        reference.passed = []
        return reference
    }

    /// Where the store has the run.
    package var standing: StepPosition { passed.first?.position ?? position }

    /// Makes a reference.
    package init(
        run: RunID,
        event: Int64,
        eventID: EventID,
        workflow: String,
        position: StepPosition,
        step: String,
        action: String,
        attempt: Int,
        key: String,
        inputs: String?,
        startedAt: Timestamp,
        passed: [PassedStep] = []
    ) {
        self.run = run
        self.event = event
        self.eventID = eventID
        self.workflow = workflow
        self.position = position
        self.step = step
        self.action = action
        self.attempt = attempt
        self.key = key
        self.inputs = inputs
        self.startedAt = startedAt
        self.passed = passed
    }
}
