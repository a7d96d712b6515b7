import Model
import Store

/// The columns that an outcome fills.
struct Words {
    /// What it leaves for later steps, a JSON object.
    var outputs: String?
    /// Why it ended so.
    var reason: String?
    /// Whose fault a failure was.
    var fault: Fault?

    /// Takes an outcome apart; nil has nothing to say.
    init(_ outcome: StepOutcome?) {
        switch outcome {
        case .none: break
        case .done(let fields): outputs = fields.json
        case .skipped(let text, let fields): (outputs, reason) = (fields.json, text)
        case .wait(let text), .unsure(let text): reason = text
        case .failed(let failure): (reason, fault) = (failure.reason, failure.fault)
        }
    }
}

/// What a row of `step_runs` says.
struct StepRecord {
    /// The run.
    var run: RunID
    /// Which of its steps.
    var position: StepPosition
    /// The step's id.
    var step: String
    /// The plugin it uses.
    var action: String
    /// How the last attempt stands.
    var status: StepStatus
    /// Attempts so far.
    var attempts: Int
    /// The step's key.
    var key: String
    /// What the action gets, a JSON object; nil where it gets nothing.
    var inputs: String?
    /// What the outcome says.
    var words: Words
    /// When the last attempt began.
    var startedAt: Timestamp
    /// When it ended; nil while it is under way.
    var finishedAt: Timestamp?
}

extension Desk {
    /// Opens an audit row's detail with the members that name a step; what follows has a comma
    /// before it.
    func openDetail(of ref: StepRef) -> JSONWriter {
        var writer = JSONWriter()
        writer.raw("{\"workflow\":")
        writer.quoted(ref.workflow)
        for (index, step) in ref.passed.enumerated() {
            writer.raw(index == 0 ? ",\"passed\":[" : ",")
            writer.quoted(step.step)
        }
        writer.raw(ref.passed.isEmpty ? ",\"step\":" : "],\"step\":")
        writer.quoted(ref.step)
        writer.raw(",\"attempt\":")
        writer.raw(String(ref.attempt))
        writer.raw(",\"key\":")
        writer.quoted(ref.key)
        return writer
    }

    /// What an audit row says about the end of an attempt.
    ///
    /// A peer's words may hold somebody's address, so they stay in `step_runs`, which can be
    /// purged.
    func detail(
        of ref: StepRef,
        _ outcome: StepStatus,
        _ words: Words,
        _ status: RunStatus
    ) -> String {
        var writer = openDetail(of: ref)
        writer.raw(",\"run\":\"")
        writer.raw(status.rawValue)
        writer.raw("\"")
        if let fault = words.fault {
            writer.raw(",\"fault\":\"")
            writer.raw(fault.rawValue)
            writer.raw("\"")
        }
        let isPeersWords = words.fault == .outside || outcome == .unsure
        if let reason = words.reason, !isPeersWords {
            writer.raw(",\"reason\":")
            writer.quoted(reason)
        }
        writer.raw("}")
        return writer.text
    }
}
