import Model
import Plugins
import Synchronization

/// A kind of action that counts what it is asked for and behaves as a test tells it.
final class FakePeer: ActionKind {
    /// What one attempt does.
    enum Behaviour: Sendable {
        case end(StepOutcome)
        /// Comes back when its task is cancelled.
        case hang
        /// Waits for ``release()`` and is done then.
        case hold
    }

    private struct State {
        var calls: [ActionCall] = []
        var script: [String: [Behaviour]] = [:]
        var underWay = 0
        var most = 0
        var held: [CheckedContinuation<Void, Never>] = []
    }

    let kind = Plugin.Kind.http
    let concurrency: Int
    let timeout: Duration
    private let state = Mutex(State())

    /// A peer that does everything at once.
    init(concurrency: Int = 4, timeout: Duration = .seconds(10)) {
        self.concurrency = concurrency
        self.timeout = timeout
    }

    /// What the attempts at a step do, one after the other; the last one is repeated.
    func script(_ step: String, _ behaviours: [Behaviour]) {
        state.withLock { $0.script[step] = behaviours }
    }

    /// Every attempt so far.
    var calls: [ActionCall] { state.withLock { $0.calls } }

    /// How many attempts were under way at once at most.
    var most: Int { state.withLock { $0.most } }

    /// How many attempts are held.
    var held: Int { state.withLock { $0.held.count } }

    /// Lets the attempts go that are held.
    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for attempt in held { attempt.resume() }
    }

    func load(_ plugin: Plugin) throws(Mistakes) -> any Action {
        FakeAction(peer: self)
    }

    /// The same peer as every kind of action that leaves the house.
    var kinds: [any ActionKind] {
        [self, FakeKind(peer: self, kind: .email), FakeKind(peer: self, kind: .sentry)]
    }

    fileprivate func perform(_ call: ActionCall) async -> StepOutcome {
        let behaviour = state.withLock { state in
            state.calls.append(call)
            state.underWay += 1
            state.most = max(state.most, state.underWay)
            var script = state.script[call.step] ?? []
            guard let next = script.first else { return Behaviour.end(.done(Fields())) }
            if script.count > 1 { script.removeFirst() }
            state.script[call.step] = script
            return next
        }
        defer { state.withLock { $0.underWay -= 1 } }
        switch behaviour {
        case .end(let outcome): return outcome
        case .hang:
            do {
                try await forever()
            } catch {
                return .unsure("cut off")
            }
            return .unsure("slept out")
        case .hold:
            await withCheckedContinuation { attempt in
                state.withLock { $0.held.append(attempt) }
            }
            return .done(Fields([("held", .integer(1))]))
        }
    }
}

/// The fake peer as another kind of action.
private struct FakeKind: ActionKind {
    let peer: FakePeer
    let kind: Plugin.Kind
    var concurrency: Int { peer.concurrency }
    var timeout: Duration { peer.timeout }

    func load(_ plugin: Plugin) throws(Mistakes) -> any Action { FakeAction(peer: peer) }
}

/// The one action of the fake peer.
private struct FakeAction: Action {
    let peer: FakePeer

    func problem(input: String, literal: Value) -> String? { nil }
    func perform(_ call: ActionCall) async -> StepOutcome { await peer.perform(call) }
    func preview(_ call: ActionCall) -> String { call.inputs.json }
}
