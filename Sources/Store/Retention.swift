package import Model

/// How long what may hold personal data is kept: bodies of events, inputs and outputs of steps.
package struct RetentionPolicy: Sendable, Hashable {
    /// For events that are done or unmatched.
    package var done = Duration.seconds(90 * 86_400)
    /// For events that failed or are held: somebody may still want to walk them.
    package var failed = Duration.seconds(365 * 86_400)

    /// The defaults.
    package init() {}

    /// Whether a body's time is over; never while a run of its event is open.
    package func isOver(_ body: KeptBody, at now: Timestamp) -> Bool {
        let age = now.since(body.receivedAt)
        return switch body.status {
        case .received: false
        case .done, .unmatched: age > done
        case .failed, .held: age > failed
        }
    }

    /// Whether nothing that arrived then or later can be over.
    package func isTooYoung(_ body: KeptBody, at now: Timestamp) -> Bool {
        now.since(body.receivedAt) <= min(done, failed)
    }
}

/// A body that the store has, by its event.
package struct KeptBody: Sendable, Hashable {
    /// The event's place in the order of arrival.
    package let sequence: Int64
    /// Where the event stands.
    package let status: EventStatus
    /// When it arrived.
    package let receivedAt: Timestamp

    /// Makes one.
    package init(sequence: Int64, status: EventStatus, receivedAt: Timestamp) {
        self.sequence = sequence
        self.status = status
        self.receivedAt = receivedAt
    }
}

/// What retention needs of the store.
package protocol RetentionMemory: Sendable {
    /// Bodies in the order of arrival, after that sequence number.
    func bodies(after sequence: Int64, limit: Int) throws(StoreFailure) -> [KeptBody]
    /// Drops what may hold personal data of those events, when nothing else waits to be written.
    ///
    /// The events, their runs, their keys and the audit log stay, so that a duplicate is known for
    /// ever.
    ///
    /// - Parameter events: Sequence numbers; one with an open run is passed over.
    /// - Returns: How many lost their body.
    /// - Throws: ``StoreFailure``.
    func purge(_ events: [Int64]) async throws(StoreFailure) -> Int
}
