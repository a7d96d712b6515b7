import Synchronization

/// Where everything that happens beside the engine's loop is left for it.
///
/// Why not an AsyncStream: its reader cannot be woken by a clock without ending the stream.
package final class Mailbox<Note: Sendable>: Sendable {
    private struct State {
        var notes: [Note] = []
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// An empty mailbox.
    package init() {}

    /// Leaves a note and wakes the reader.
    package func post(_ note: Note) {
        let reader = state.withLock { state in
            state.notes.append(note)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// Whether nothing was left.
    package var isEmpty: Bool { state.withLock { $0.notes.isEmpty } }

    /// All notes left so far, in order.
    package func take() -> [Note] {
        state.withLock { state in
            defer { state.notes.removeAll() }
            return state.notes
        }
    }

    /// Returns when there is a note, or when the task is cancelled; one reader at a time.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (reader: CheckedContinuation<Void, Never>) in
                let isReady = state.withLock { state in
                    guard state.notes.isEmpty, !Task.isCancelled else { return true }
                    state.reader = reader
                    return false
                }
                if isReady { reader.resume() }
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume()
        }
    }

    /// Returns when there is a note or the time is up.
    ///
    /// - Parameters:
    ///   - limit: How long at most; nil for ever.
    ///   - sleep: What sleeps.
    package func wait(atMost limit: Duration?, sleep: @escaping Sleep) async {
        guard let limit else { return await wait() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask {
                do {
                    try await sleep(limit)
                } catch {
                    // swallow: a note came first, so nobody needs this sleep any more.
                    return
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Sleeps for a span of time and throws when its task is cancelled; tests pass one of their own.
package typealias Sleep = @Sendable (Duration) async throws -> Void
