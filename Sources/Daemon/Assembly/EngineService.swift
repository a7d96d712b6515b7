import Engine
import ServiceLifecycle
import Store

/// Runs the engine; ends with an error when the store is broken.
struct EngineService: Service {
    /// The engine.
    let engine: Engine

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await engine.run()
        } onGracefulShutdown: {
            engine.drain()
        }
        // An engine that was drained before its turn must not end the group.
        try await gracefulShutdown()
    }
}
