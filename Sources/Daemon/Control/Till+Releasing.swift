import Engine
import Model
import SQLiteStore
import Store

extension Till {
    package func release(_ wish: ReleaseWish) async throws -> ReleaseReport {
        let reason = try ResolveWish(reason: wish.reason).soundReason()
        let actor = ControlWish.sound(wish.actor)
        var report = ReleaseReport()
        for event in try wish.events.map({ $0.map { EventID($0) } }) ?? heldEvents() {
            do throws(StoreFailure) {
                let sequence = try await store.memory.release(
                    event,
                    because: reason,
                    actor: actor,
                    at: start.clock()
                )
                engine.takeUp(event: sequence)
                report.released.append(event.text)
            } catch {
                let isRefused = if case .refused = error { true } else { false }
                report.refused.append((isRefused ? "" : "event \(event): ") + error.reason)
            }
        }
        return report
    }

    /// Every held event in the order of arrival, which is the order they are taken up in.
    private func heldEvents() throws(StoreFailure) -> [EventID] {
        try store.memory.reader.events(EventFilter(statuses: [.held], limit: .max))
            .reversed().map(\.id)
    }
}
