import Logging
import Metrics
import Model
import Store

/// Tells what became of runs and steps: log lines and counters.
final class EngineJournal {
    private let logger: Logger
    private var runs: [RunKey: Counter] = [:]
    private var attempts: [AttemptKey: Counter] = [:]
    private var durations: [String: Timer] = [:]

    /// What runs are counted by.
    private struct RunKey: Hashable {
        let workflow: String
        let result: RunStatus
    }

    /// What attempts are counted by.
    private struct AttemptKey: Hashable {
        let workflow: String
        let action: String
        let result: StepStatus
    }

    /// Tells it to that log.
    init(_ logger: Logger) {
        self.logger = logger
    }

    /// An attempt at a step was settled.
    func attempted(
        _ step: StepRef,
        of type: String,
        _ outcome: StepOutcome,
        _ change: RunChange,
        since began: ContinuousClock.Instant
    ) {
        passed(step)
        count(step.workflow, step.action, outcome.status)
        duration(step.action).record(duration: .now - began)
        if case .failed(let failure) = outcome, [.pending, .succeeded].contains(change.status) {
            var metadata = details(step, change, type)
            metadata["reason"] = "\(failure.reason)"
            logger.warning("step failed, the run goes on", metadata: metadata)
        }
        switch change.status {
        case .waiting:
            if case .wait = outcome {
                logger.debug("step waits", metadata: details(step, change, type))
            } else {
                logger.warning("step will be tried again", metadata: details(step, change, type))
            }
        case .failed where step.position.phase == .main:
            logger.error("run given up", metadata: details(step, change, type))
        case .succeeded, .skipped: finished(step, change, type)
        case .dead:
            if step.position.phase == .main {
                logger.error("run given up", metadata: details(step, change, type))
            }
            finished(step, change, type)
        case .unsure:
            logger.error("run is unsure and rests", metadata: details(step, change, type))
            finished(step, change, type)
        case .pending, .failed, .running: break
        }
    }

    /// A run went past steps on its way to this one.
    func passed(_ step: StepRef) {
        for passed in step.passed { count(step.workflow, passed.action, .skipped) }
    }

    /// An event's workflows were chosen; runs without anything to walk end here.
    func chosen(_ event: StoredEvent, _ made: [NewRun], walking: [RunID]) {
        for run in made where !walking.contains(run.id) {
            let result: RunStatus = run.deadReason == nil ? .skipped : .dead
            runCounter(run.workflow, result).increment()
            var metadata: Logger.Metadata = [
                "event_id": "\(event.id)", "event_type": "\(event.type)",
                "workflow": "\(run.workflow)", "run_id": "\(run.id)",
                "result": "\(result.rawValue)",
            ]
            if let reason = run.deadReason {
                metadata["reason"] = "\(reason)"
                logger.error("run given up", metadata: metadata)
            } else {
                logger.debug("run skipped", metadata: metadata)
            }
        }
    }

    /// A run was given up outside a step.
    func abandoned(_ run: RunID, _ workflow: String, _ event: EventID, _ reason: String) {
        runCounter(workflow, .dead).increment()
        logger.error(
            "run given up",
            metadata: [
                "event_id": "\(event)", "workflow": "\(workflow)", "run_id": "\(run)",
                "reason": "\(reason)",
            ]
        )
    }

    /// An event was set aside before its workflows were chosen.
    func held(_ event: StoredEvent, _ reason: String) {
        logger.error(
            "event set aside",
            metadata: [
                "event_id": "\(event.id)", "event_type": "\(event.type)", "reason": "\(reason)",
            ]
        )
    }

    /// The store could not write a batch.
    func storeRefused(_ failure: StoreFailure) {
        logger.error("nothing could be settled", metadata: ["reason": "\(failure)"])
    }

    /// The store refused one piece of work.
    func refused(_ settlement: Settlement, _ failure: StoreFailure) {
        var metadata: Logger.Metadata = ["reason": "\(failure)"]
        switch settlement {
        case .chosen(let event, _), .suspectedEvent(let event), .held(let event, _):
            metadata["event_id"] = "\(event.id)"
        case .began(let step), .ended(let step, _, _), .effect(let step, _, _):
            metadata.merge(details(step)) { first, _ in first }
        case .suspected(let run), .cleared(let run), .abandoned(let run, _):
            metadata["run_id"] = "\(run)"
        }
        logger.error("a settlement was refused", metadata: metadata)
    }

    private func finished(_ step: StepRef, _ change: RunChange, _ type: String) {
        runCounter(step.workflow, change.status).increment()
        logger.info(
            "run finished",
            metadata: [
                "event_id": "\(step.eventID)", "event_type": "\(type)",
                "workflow": "\(step.workflow)", "run_id": "\(step.run)",
                "result": "\(change.status.rawValue)",
            ]
        )
    }

    private func details(
        _ step: StepRef,
        _ change: RunChange? = nil,
        _ type: String? = nil
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "event_id": "\(step.eventID)", "workflow": "\(step.workflow)", "run_id": "\(step.run)",
            "step": "\(step.step)", "action": "\(step.action)", "attempt": "\(step.attempt)",
        ]
        if let type { metadata["event_type"] = "\(type)" }
        if let reason = change?.reason { metadata["reason"] = "\(reason)" }
        return metadata
    }

    private func count(_ workflow: String, _ action: String, _ status: StepStatus) {
        let key = AttemptKey(workflow: workflow, action: action, result: status)
        if let known = attempts[key] { return known.increment() }
        let counter = Counter(
            label: "till_step_attempts_total",
            dimensions: [
                ("workflow", workflow), ("action", action), ("result", status.rawValue),
            ]
        )
        attempts[key] = counter
        counter.increment()
    }

    private func runCounter(_ workflow: String, _ result: RunStatus) -> Counter {
        let key = RunKey(workflow: workflow, result: result)
        if let known = runs[key] { return known }
        let counter = Counter(
            label: "till_runs_total",
            dimensions: [("workflow", workflow), ("result", result.rawValue)]
        )
        runs[key] = counter
        return counter
    }

    private func duration(_ action: String) -> Timer {
        if let known = durations[action] { return known }
        let timer = Timer(label: "till_step_duration_seconds", dimensions: [("action", action)])
        durations[action] = timer
        return timer
    }
}
