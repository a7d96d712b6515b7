import Model
import Store

/// The events that an unclean stop left behind: one of them may be what took the process down.
///
/// Whoever was there at the fewest crashes goes first, and one that was there before goes alone.
struct Backlog {
    /// Everything that was there is read.
    var isRead = false
    /// Read, and not marked in this walk.
    private var waiting: ArraySlice<StoredEvent> = []
    /// Marks on their way to the store.
    private var marking = 0
    /// Marked; their workflows are chosen next.
    private var marked: [StoredEvent] = []

    /// Whether the next ones must be read.
    var isEmpty: Bool { waiting.isEmpty && marking == 0 && marked.isEmpty }

    /// Whether an event was read and is not on its way to the store.
    func holds(event: Int64) -> Bool {
        waiting.contains { $0.sequence == event } || marked.contains { $0.sequence == event }
    }

    /// Takes what was read from the store.
    mutating func fill(_ events: [StoredEvent]) {
        waiting = events.sorted { ($0.crashes, $0.sequence) < ($1.crashes, $1.sequence) }[...]
    }

    /// The events to be marked together now; none while others are being marked or chosen.
    mutating func nextToMark() -> ArraySlice<StoredEvent> {
        guard marking == 0, marked.isEmpty, let first = waiting.first else { return [] }
        let turn = first.crashes == 0 ? waiting.prefix { $0.crashes == 0 } : waiting.prefix(1)
        waiting.removeFirst(turn.count)
        marking = turn.count { $0.crashes < Limits.crashesPerRun }
        return turn
    }

    /// A mark is written.
    mutating func wasMarked(_ event: StoredEvent) {
        marking -= 1
        marked.append(event)
    }

    /// A mark could not be written.
    mutating func wasRefused() {
        marking -= 1
    }

    /// The marked events, whose workflows are to be chosen now.
    mutating func takeMarked() -> [StoredEvent] {
        guard marking == 0 else { return [] }
        defer { marked = [] }
        return marked
    }
}
