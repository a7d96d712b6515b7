/// Where an event stands.
///
/// Source: `webhook_events.status`.
package enum EventStatus: String, Sendable, CaseIterable {
    /// Stored; its workflows are not chosen yet or still walk.
    case received
    /// Every run that was chosen for it has ended well.
    case done
    /// No workflow in force takes its type.
    case unmatched
    /// Stored but never run by itself, for example because it is of the wrong mode.
    case held
    /// At least one of its runs was given up.
    case failed
}

/// Where a run stands.
///
/// Source: `workflow_runs.status`.
///
/// `succeeded`, `skipped`, `dead` are ends; `unsure` rests until a human decides.
package enum RunStatus: String, Sendable, CaseIterable {
    /// Its next step may be walked at once.
    case pending
    /// An outward action was begun and has not been settled.
    case running
    /// Its next attempt is due at `due_at`: a retry, or a wait for something that is not there yet.
    case waiting
    /// All its steps are settled.
    case succeeded
    /// A step failed for good; the `on-failure` steps are being walked.
    case failed
    /// Given up: a dead letter.
    case dead
    /// Nothing to do: `when` was false, or `once-per` had been seen.
    case skipped
    /// An outward action may or may not have happened and `when-unsure` says stop.
    case unsure

    /// Whether nothing more happens to such a run by itself.
    package var isEnd: Bool {
        switch self {
        case .succeeded, .dead, .skipped, .unsure: true
        case .pending, .running, .waiting, .failed: false
        }
    }
}

/// Where a step of a run stands.
///
/// Source: `step_runs.status`.
package enum StepStatus: String, Sendable, CaseIterable {
    /// An outward action was begun; the attempt is counted, the answer is not here yet.
    case running
    /// The action did what it was asked.
    case done
    /// `if` was false, or the action found nothing to do and said so.
    case skipped
    /// Parked until what it needs is there.
    case waiting
    /// The attempt failed; another one may follow.
    case failed
    /// The action may or may not have happened.
    case unsure
}

/// How one attempt at a step ended.
///
/// Data, not an error: every case is stored.
package enum StepOutcome: Sendable, Hashable {
    /// It did what it was asked; the fields are the step's outputs.
    case done(Fields)
    /// Nothing to do, and why; the fields are outputs all the same.
    case skipped(String, Fields = Fields())
    /// What it needs is not there yet, and what that is.
    case wait(String)
    /// It could not do its job.
    case failed(StepFailure)
    /// The peer may have acted and its answer was lost; the text says what is known.
    case unsure(String)

    /// What `step_runs.status` says of it.
    package var status: StepStatus {
        switch self {
        case .done: .done
        case .skipped: .skipped
        case .wait: .waiting
        case .failed: .failed
        case .unsure: .unsure
        }
    }
}

/// Why an attempt failed, whose fault it was, and whether trying again can help.
package struct StepFailure: Sendable, Hashable {
    /// What happened and what to do, one sentence each; never a secret.
    package var reason: String
    /// Whose fault it was.
    package var fault: Fault
    /// Whether another attempt can end otherwise.
    package var isFinal: Bool
    /// What the peer asked us to wait before the next attempt (Retry-After).
    package var retryAfter: Duration?

    /// Makes a failure.
    package init(
        _ reason: String,
        fault: Fault,
        isFinal: Bool = false,
        retryAfter: Duration? = nil
    ) {
        self.reason = reason
        self.fault = fault
        self.isFinal = isFinal
        self.retryAfter = retryAfter
    }
}

/// Whose fault a failure is; decides HTTP status, retry, log level and exit code.
package enum Fault: String, Sendable, CaseIterable {
    /// Whoever sent the request: a bad signature, a malformed body.
    case sender
    /// The person who runs Till: a wrong setting, a wrong workflow, data that disagrees.
    case `operator`
    /// A peer: SMTP server, HTTP server, network.
    case outside
    /// Till or its machine: a full disk, a bug.
    case house
}
