import Model
import Plugins

/// A real kind of action whose attempts are watched.
struct WatchedKind: ActionKind {
    /// The real kind, with a peer of the simulation behind it.
    let real: any ActionKind
    /// Where its attempts happen.
    let stage: Stage
    /// A bug to put in.
    let plant: Plant?

    var kind: Plugin.Kind { real.kind }
    var concurrency: Int { real.concurrency }
    var timeout: Duration { real.timeout }

    func load(_ plugin: Plugin) throws(Mistakes) -> any Action {
        WatchedAction(real: try real.load(plugin), stage: stage, plant: plant)
    }
}

/// A real action whose attempts are watched.
struct WatchedAction: Action {
    /// The call that an attempt is for, so that a peer knows whom to blame.
    @TaskLocal static var call: ActionCall?

    /// The real action.
    let real: any Action
    /// Where it happens.
    let stage: Stage
    /// A bug to put in.
    let plant: Plant?

    func problem(input: String, literal: Value) -> String? {
        real.problem(input: input, literal: literal)
    }

    func preview(_ call: ActionCall) -> String { real.preview(call) }

    func perform(_ call: ActionCall) async -> StepOutcome {
        guard let world = stage.world else { return .unsure("there is no world") }
        world.watch.begins(call)
        var given = call
        if plant == .forgottenKey { given.key += "#\(call.attempt)" }
        return await Self.$call.withValue(call) { await real.perform(given) }
    }
}
