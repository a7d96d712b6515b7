import Model
import Plugins
import Store

/// One outward attempt: what is performed, and what its end will mean.
struct Attempt: Sendable {
    /// What performs it.
    let action: any Action
    /// What it gets.
    let call: ActionCall
    /// The kind whose slot it holds.
    let kind: Plugin.Kind
    /// Its record.
    let reference: StepRef
    /// What follows from its end.
    let decision: Decision

    /// What the action has over its own time limit to say how it ended.
    static let grace = Duration.seconds(1)

    /// Puts an attempt together.
    init(
        _ action: any Action,
        _ call: ActionCall,
        _ kind: Plugin.Kind,
        _ reference: StepRef,
        _ decision: Decision
    ) {
        self.action = action
        self.call = call
        self.kind = kind
        self.reference = reference
        self.decision = decision
    }

    /// How the race between the action and its time ended.
    private enum Finish: Sendable {
        case outcome(StepOutcome)
        case late
        case cancelled
    }

    /// Performs it and posts the end, at the latest when its time is up; then gives the slot back.
    ///
    /// An action that ignores its own limit is not waited for, but its slot stays taken until it
    /// returns.
    func perform(sleep: @escaping Sleep, posting mailbox: Mailbox<EngineNote>) async {
        let limit = call.timeout + Self.grace
        await withTaskGroup(of: Finish.self) { group in
            group.addTask {
                #if DEBUG
                CrashPoint.pass(.beforeAct, call.key)
                defer { CrashPoint.pass(.afterAct, call.key) }
                #endif
                return .outcome(await action.perform(call))
            }
            group.addTask {
                do {
                    try await sleep(limit)
                    return .late
                } catch {
                    return .cancelled
                }
            }
            var answered = false
            for await finish in group {
                switch finish {
                case .cancelled: continue
                case .outcome(let outcome):
                    if !answered { mailbox.post(.answered(call.run, outcome)) }
                case .late:
                    let limit = DurationText.write(call.timeout)
                    let outcome = StepOutcome.unsure("no end within \(limit)")
                    if !answered { mailbox.post(.answered(call.run, outcome)) }
                }
                answered = true
                group.cancelAll()
            }
        }
        mailbox.post(.returned(kind))
    }
}
