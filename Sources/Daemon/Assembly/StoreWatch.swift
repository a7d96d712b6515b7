import ServiceLifecycle
import Store

/// Ends the whole daemon when the disk has failed: nothing may be acknowledged on a broken store.
struct StoreWatch: Service {
    /// Fires once when the store is broken.
    let breakage: AsyncStream<StoreFailure>
    /// What accepts connections, and must not when the others are stopped.
    let doors: OpenDoors

    func run() async throws {
        for await failure in breakage.cancelOnGracefulShutdown() {
            await doors.close()
            throw failure
        }
    }
}
