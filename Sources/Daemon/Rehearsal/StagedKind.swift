import Model
import Outbound
import Plugins

/// A kind of action whose plugins do everything for real but the last step out of the house.
struct StagedKind: ActionKind {
    /// The real kind, with a transport that leads nowhere.
    let real: any ActionKind
    /// Where it is played.
    let stage: Stage

    var kind: Plugin.Kind { real.kind }
    var concurrency: Int { real.concurrency }
    var timeout: Duration { real.timeout }

    func load(_ plugin: Plugin) throws(Mistakes) -> any Action {
        StagedAction(real: try real.load(plugin), kind: real.kind, stage: stage)
    }
}

/// An action that is played on a stage.
private struct StagedAction: Action {
    let real: any Action
    let kind: Plugin.Kind
    let stage: Stage

    func problem(input: String, literal: Value) -> String? {
        real.problem(input: input, literal: literal)
    }

    func preview(_ call: ActionCall) -> String {
        real.preview(call)
    }

    func perform(_ call: ActionCall) async -> StepOutcome {
        if let end = stage.end(of: call) { return end }
        let text = real.preview(call)
        let sending: WorkflowCase.Sending
        var outcome: StepOutcome
        switch kind {
        case .email, .sql:
            sending = .mails
            outcome = await real.perform(call)
        case .sentry:
            sending = .sentry
            outcome = await real.perform(call)
        case .http:
            sending = .requests
            // Which status the step expects is its own affair, so nobody is asked for one.
            let isRequest = !text.hasPrefix("no request")
            outcome =
                isRequest
                ? .done(Fields([("status", .integer(200)), ("body", .text(""))]))
                : .failed(StepFailure(text, fault: .operator, isFinal: true))
        }
        if case .done = outcome {
            stage.note(
                Stage.Scene(sending: sending, step: call.step, inputs: call.inputs, text: text)
            )
        }
        return outcome
    }
}

/// A client that answers 200 to everything and asks nobody.
struct SilentClient: HTTPSending {
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        HTTPResponse(status: 200, headers: [], body: Array("{}".utf8), isTruncated: false)
    }
}
