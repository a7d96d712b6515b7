import Model
import SQLiteStore
import Store

/// What the steward wishes of runs, as the living process grants it.
extension WatchedMemory {
    func retry(
        _ run: RunID,
        version: Int64,
        fromStart: Bool,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure) {
        try await grant { () async throws(StoreFailure) in
            try await real.retry(
                run,
                version: version,
                fromStart: fromStart,
                actor: actor,
                at: now
            )
        }
        world.watch.retried(run, fromStart: fromStart)
    }

    func retry(judged run: NewRun, actor: String, at now: Timestamp) async throws(StoreFailure) {
        try await grant { () async throws(StoreFailure) in
            try await real.retry(judged: run, actor: actor, at: now)
        }
        world.watch.retried(run.id, fromStart: true)
    }

    func resolve(_ resolution: RunResolution) async throws(StoreFailure) {
        try await grant { () async throws(StoreFailure) in try await real.resolve(resolution) }
        world.watch.resolved(resolution)
    }

    func cancel(
        _ run: RunID,
        because reason: String,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure) {
        try await grant { () async throws(StoreFailure) in
            try await real.cancel(run, because: reason, actor: actor, at: now)
        }
        world.watch.cancelled(run)
    }

    func release(
        _ event: EventID,
        because reason: String,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure) -> Int64 {
        try await grant { () async throws(StoreFailure) in
            try await real.release(event, because: reason, actor: actor, at: now)
        }
    }

    private func grant<Answer: Sendable>(
        _ wish: () async throws(StoreFailure) -> Answer
    ) async throws(StoreFailure) -> Answer {
        try await pause()
        let answer = try await abroad(wish)
        world.retries += 1
        bell.yield()
        return answer
    }
}
