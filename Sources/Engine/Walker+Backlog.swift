import Model
import Store

/// Choosing with care what an unclean stop left behind.
extension Walker {
    /// Marks events before their workflows are chosen, so that one that takes the process down is
    /// known by its marks and set aside.
    func chooseBacklog(into batch: inout Batch) throws(StoreFailure) {
        // Runs that are suspect are walked first, each alone: nothing may be marked beside them.
        guard suspects.isEmpty, unmade.isEmpty else { return }
        if backlog.isEmpty {
            let limit = min((Limits.settlementsPerCommit - batch.items.count) / 2, room)
            guard limit > 0 else { return }
            let events = try engine.memory.unchosenEvents(after: search.events, limit: limit)
            search.events = events.last?.sequence ?? search.events
            backlog.isRead = events.count < limit
            backlog.fill(events)
        }
        for event in backlog.takeMarked() { choose(event, into: &batch) }
        guard unmade.isEmpty else { return }
        for event in backlog.nextToMark() where !isSetAside(event, &batch) {
            batch.add(.suspectedEvent(event), .suspectEvent(event))
        }
    }

    /// Holds an event during whose choice the process crashed too often.
    func isSetAside(_ event: StoredEvent, _ batch: inout Batch) -> Bool {
        guard engine.isCareful, event.crashes >= Limits.crashesPerRun else { return false }
        let reason =
            "Till crashed \(Limits.crashesPerRun) times while its workflows were chosen; "
            + "find out why, then: till events release \(event.id)"
        batch.add(.held(event, reason: reason), .hold(event, reason))
        return true
    }

    /// Whether the process crashed before while an event's workflows were chosen; its runs are then
    /// walked with care from their first step on.
    func isSuspect(_ event: StoredEvent) -> Bool {
        engine.isCareful && event.crashes > 0
    }
}
