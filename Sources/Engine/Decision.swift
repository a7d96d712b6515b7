package import Model
package import Store
package import Workflows

/// What becomes of a run when its step ends one way or another: a value, fixed before the end is
/// known.
///
/// Every rule of retry, wait, `on-error`, `when-unsure` and `on-failure` stands in this file; it
/// reads no clock and rolls no dice, so that the same end always gives the same change.
package struct Decision: Sendable {
    /// The step's policies.
    package var step: Step
    /// Which step of the workflow it is.
    package var position: StepPosition
    /// How many steps its list has.
    package var count: Int
    /// Whether the workflow has `on-failure` steps.
    package var hasFailureSteps: Bool
    /// Which attempt this is, from 1.
    package var attempt: Int
    /// When the step first answered `wait`; nil where it has not.
    package var waitingSince: Timestamp?
    /// The time of the attempt.
    package var now: Timestamp
    /// The random number for the next wait.
    package var roll: UInt64

    /// Makes a decision.
    package init(
        step: Step,
        position: StepPosition,
        count: Int,
        hasFailureSteps: Bool,
        attempt: Int,
        waitingSince: Timestamp?,
        now: Timestamp,
        roll: UInt64
    ) {
        self.step = step
        self.position = position
        self.count = count
        self.hasFailureSteps = hasFailureSteps
        self.attempt = attempt
        self.waitingSince = waitingSince
        self.now = now
        self.roll = roll
    }

    /// The change that follows from an end.
    package func change(after outcome: StepOutcome) -> RunChange {
        switch outcome {
        case .done, .skipped: forward()
        case .wait(let missing): look(for: missing)
        case .failed(let failure): failed(failure)
        case .unsure(let known): unsure(known)
        }
    }

    /// On to the next step, or to the run's end.
    private func forward() -> RunChange {
        let next = StepPosition(position.phase, position.index + 1)
        switch (position.phase, next.index < count) {
        case (.main, true):
            return RunChange(status: .pending, position: next, resetsAttempts: true)
        case (.main, false): return RunChange(status: .succeeded, position: position)
        case (.failure, true):
            return RunChange(status: .failed, position: next, resetsAttempts: true)
        case (.failure, false): return RunChange(status: .dead, position: position)
        }
    }

    private func look(for missing: String) -> RunChange {
        let waited = max(waitingSince.map(now.since) ?? .zero, .zero)
        guard let pause = Backoff.nextLook(after: waited, step.wait) else {
            let span = DurationText.write(step.wait.limit)
            return givenUp("step \(step.id) waited \(span) for \(missing); it never came")
        }
        return RunChange(
            status: .waiting,
            position: position,
            dueAt: now + pause,
            reason: "step \(step.id) waits for \(missing)"
        )
    }

    private func failed(_ failure: StepFailure) -> RunChange {
        let reason = "step \(step.id) failed: \(failure.reason)"
        // Looks count as attempts too; they must not use up the retries of the step that follows
        // them.
        let mayRetry = attempt < step.retry.attempts || waitingSince != nil
        guard !failure.isFinal, mayRetry else { return givenUp(reason) }
        return again(reason, retryAfter: failure.retryAfter)
    }

    private func unsure(_ known: String) -> RunChange {
        let reason = "step \(step.id) may or may not have happened: \(known)"
        switch (step.whenUnsure, position.phase) {
        case (.stop, .main):
            return RunChange(status: .unsure, position: position, reason: reason)
        case (.stop, .failure): return forward()
        case (.retry, _):
            return attempt < step.retry.attempts
                ? again(reason, retryAfter: nil) : givenUp(reason)
        }
    }

    private func again(_ reason: String, retryAfter: Duration?) -> RunChange {
        let failures = waitingSince == nil ? attempt : 1
        let pause = Backoff.delay(after: failures, step.retry, retryAfter: retryAfter, roll: roll)
        return RunChange(
            status: .waiting,
            position: position,
            dueAt: now + pause,
            reason: reason
        )
    }

    /// The step is over: go on without it, walk `on-failure`, or end the run.
    private func givenUp(_ reason: String) -> RunChange {
        if step.onError == .continue || position.phase == .failure { return forward() }
        guard hasFailureSteps else {
            return RunChange(status: .dead, position: position, reason: reason)
        }
        return RunChange(
            status: .failed,
            position: StepPosition(.failure, 0),
            resetsAttempts: true,
            reason: reason
        )
    }
}
