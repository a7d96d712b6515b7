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
    /// The members that name a step in an audit row's detail, without braces.
    func named(_ ref: StepRef) -> String {
        let passed = ref.passed.map { JSONText.quoted($0.step) }.joined(separator: ",")
        return "\"workflow\":\(JSONText.quoted(ref.workflow)),"
            + (passed.isEmpty ? "" : "\"passed\":[\(passed)],")
            + "\"step\":\(JSONText.quoted(ref.step)),\"attempt\":\(ref.attempt),"
            + "\"key\":\(JSONText.quoted(ref.key))"
    }

    /// What an audit row says about the end of an attempt.
    ///
    /// A peer's words may hold somebody's address, so they stay in `step_runs`, which can be
    /// purged.
    func detail(of ref: StepRef, _ outcome: StepOutcome, _ status: RunStatus) -> String {
        let words = Words(outcome)
        var text = "{" + named(ref) + ",\"run\":\"\(status.rawValue)\""
        if let fault = words.fault { text += ",\"fault\":\"\(fault.rawValue)\"" }
        let isPeersWords = words.fault == .outside || outcome.status == .unsure
        if let reason = words.reason, !isPeersWords {
            text += ",\"reason\":\(JSONText.quoted(reason))"
        }
        return text + "}"
    }
}
