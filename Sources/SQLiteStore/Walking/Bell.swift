import Synchronization

/// Tells whoever listens that something new may be there; several rings may arrive as one.
final class Bell: Sendable {
    private let listeners = Mutex<[AsyncStream<Void>.Continuation]>([])

    /// Begins to listen.
    func listen() -> AsyncStream<Void> {
        let (stream, listener) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        listeners.withLock { $0.append(listener) }
        return stream
    }

    /// Wakes everybody; those who stopped listening are forgotten.
    func ring() {
        listeners.withLock { listeners in
            listeners.removeAll { listener in
                if case .terminated = listener.yield() { true } else { false }
            }
        }
    }

    /// Ends every stream.
    func stop() {
        listeners.withLock { listeners in
            for listener in listeners { listener.finish() }
            listeners = []
        }
    }
}
