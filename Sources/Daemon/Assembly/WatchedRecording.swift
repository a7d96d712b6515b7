import Model
import Store

/// Recording whose failures are noted for readiness.
struct WatchedRecording: Recording {
    private let store: any Recording
    private let health: StoreHealth

    /// Watches a store.
    init(_ store: any Recording, _ health: StoreHealth) {
        self.store = store
        self.health = health
    }

    func record(_ delivery: Delivery) async throws(StoreFailure) -> Receipt {
        do {
            return try await store.record(delivery)
        } catch {
            health.note(error)
            throw error
        }
    }
}
