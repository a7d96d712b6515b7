import Synchronization

/// Where actions find the world that they happen in; the rules outlive worlds.
final class Stage: Sendable {
    private let box = Mutex<World?>(nil)

    /// The world that is being simulated.
    var world: World? { box.withLock { $0 } }

    /// Begins another world.
    func enter(_ world: World?) {
        box.withLock { $0 = world }
    }
}
