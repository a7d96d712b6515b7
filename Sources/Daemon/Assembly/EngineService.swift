import Engine
import ServiceLifecycle
import Store

/// Runs the engine; ends with an error when the store is broken.
struct EngineService: Service {
    /// The engine.
    let engine: Engine
    /// What accepts connections, and must not when the others are stopped.
    let doors: OpenDoors

    func run() async throws {
        do {
            try await withGracefulShutdownHandler {
                try await engine.run()
            } onGracefulShutdown: {
                engine.drain()
            }
        } catch {
            await doors.close()
            throw error
        }
        // An engine that was drained before its turn must not end the group.
        try await gracefulShutdown()
    }
}
