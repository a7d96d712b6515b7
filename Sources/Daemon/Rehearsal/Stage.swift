import Model
import Plugins
import Synchronization

/// Where a rehearsed case's actions are played: what would have left the house is noted instead.
final class Stage: Sendable {
    /// One thing that would have left the house.
    struct Scene: Sendable {
        /// How it would have left.
        let sending: WorkflowCase.Sending
        /// The step that sent it.
        let step: String
        /// The filled inputs.
        let inputs: Fields
        /// The rendered mail or request.
        let text: String
    }

    private struct State {
        var fails: [String: String] = [:]
        var unsure: [String: String] = [:]
        var scenes: [Scene] = []
    }

    private let state = Mutex(State())

    /// Begins a case.
    func begin(_ test: WorkflowCase) {
        state.withLock { $0 = State(fails: test.fails, unsure: test.unsure) }
    }

    /// What would have left the house so far.
    var scenes: [Scene] { state.withLock { $0.scenes } }

    /// How the case wants a step to end; nil for as it comes.
    func end(of call: ActionCall) -> StepOutcome? {
        state.withLock { state in
            let names = [call.step, "\(call.workflow)/\(call.step)"]
            for name in names {
                if let why = state.fails[name] {
                    return .failed(StepFailure(why, fault: .outside, isFinal: true))
                }
                if let why = state.unsure[name] { return .unsure(why) }
            }
            return nil
        }
    }

    /// Notes something that would have left the house.
    func note(_ scene: Scene) {
        state.withLock { $0.scenes.append(scene) }
    }
}
