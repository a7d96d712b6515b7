import Engine
import Model
import Store

/// What the door writes through: what no workflow takes is marked so, and failures are noted for
/// readiness.
struct DoorRecording: Recording {
    private let store: any Recording
    private let health: StoreHealth
    private let playbooks: PlaybookBox

    /// Writes to a store under the rules in force.
    init(_ store: any Recording, _ health: StoreHealth, _ playbooks: PlaybookBox) {
        self.store = store
        self.health = health
        self.playbooks = playbooks
    }

    func record(_ delivery: Delivery) async throws(StoreFailure) -> Receipt {
        var delivery = delivery
        delivery.isUnmatched = playbooks.current.rules(taking: delivery.type).isEmpty
        do {
            return try await store.record(delivery)
        } catch {
            health.note(error)
            throw error
        }
    }
}
