import Model

/// One event of a case: a body, and how often it is delivered.
package struct RehearsedEvent: Sendable {
    /// The body without what delivery adds.
    package let event: TriggerEvent
    /// Its id where the case says one; else the fixture's, or one of its own.
    package let id: String
    /// When Stripe made it, in seconds since 1970.
    package let created: Int64
    /// How often it is delivered.
    package let times: Int

    /// Puts an event together.
    package init(event: TriggerEvent, id: String, created: Int64, times: Int) {
        self.event = event
        self.id = id
        self.created = created
        self.times = times
    }

    /// The body as it is delivered.
    package var body: String {
        event.body(id: id, now: Timestamp(seconds: created))
    }
}
