import ServiceLifecycle
import Store

/// Ends the whole daemon when the disk has failed: nothing may be acknowledged on a broken store.
struct StoreWatch: Service {
    /// Fires once when the store is broken.
    let breakage: AsyncStream<StoreFailure>

    func run() async throws {
        for await failure in breakage.cancelOnGracefulShutdown() {
            throw failure
        }
    }
}
