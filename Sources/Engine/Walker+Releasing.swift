import Model
import Store

/// Taking up what a person released.
extension Walker {
    /// Looks for a released event, unless it was read after its release already.
    func takeUp(event: Int64) {
        guard !backlog.holds(event: event), !isUnderWay(event: event) else { return }
        search.takeUp(event: event, at: engine.clock())
    }

    /// Whether the choice of an event's workflows is on its way to the store.
    private func isUnderWay(event: Int64) -> Bool {
        batches.values.lazy.flatMap(\.items).contains { item in
            switch item.settlement {
            case .chosen(let other, _), .suspectedEvent(let other): other.sequence == event
            // Its hold was committed before it could be released.
            case .held: false
            case .began, .ended, .effect, .suspected, .cleared, .abandoned: false
            }
        }
    }
}
