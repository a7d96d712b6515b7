package import Model

/// What lists of events need of the store; nothing here writes.
package protocol EventReading: Sendable {
    /// Events that fit, newest first.
    func events(_ filter: EventFilter) throws(StoreFailure) -> [EventRow]
    /// One event with its body and its runs; nil when there is none of that id.
    func event(_ id: EventID) throws(StoreFailure) -> EventDetail?
    /// How many events stand where; a status without any is left out.
    func eventCounts() throws(StoreFailure) -> [EventStatus: Int]
}

/// Which events a list shows.
package struct EventFilter: Sendable, Hashable {
    /// Only those that stand at one of these; empty for any.
    package var statuses: [EventStatus]
    /// Only that type, or all below a prefix such as `charge.*`.
    package var type: String?
    /// Only those received at or after.
    package var since: Timestamp?
    /// Only those that arrived before the event of that sequence number: the next page.
    package var after: Int64?
    /// How many at most.
    package var limit: Int

    /// Makes a filter that lets everything through.
    package init(
        statuses: [EventStatus] = [],
        type: String? = nil,
        since: Timestamp? = nil,
        after: Int64? = nil,
        limit: Int = 50
    ) {
        self.statuses = statuses
        self.type = type
        self.since = since
        self.after = after
        self.limit = limit
    }
}

/// One event in a list.
package struct EventRow: Sendable, Hashable {
    /// The order of arrival.
    package let sequence: Int64
    /// Stripe's id.
    package let id: EventID
    /// Stripe's type.
    package let type: String
    /// Where it stands.
    package let status: EventStatus
    /// When Stripe made it.
    package let created: Timestamp
    /// When its first delivery arrived.
    package let receivedAt: Timestamp
    /// How often it was delivered.
    package let deliveries: Int
    /// Which of Stripe's worlds it is of.
    package let livemode: Bool
    /// The connected account.
    package let account: String?
    /// The API version that shaped the body.
    package let apiVersion: String?
    /// The object it is about.
    package let objectID: String?
    /// The endpoint that took it.
    package let endpoint: String
    /// Why it is held, for people; nil where it is not.
    package let reason: String?

    /// Makes a row.
    package init(
        sequence: Int64,
        id: EventID,
        type: String,
        status: EventStatus,
        created: Timestamp,
        receivedAt: Timestamp,
        deliveries: Int,
        livemode: Bool,
        account: String?,
        apiVersion: String?,
        objectID: String?,
        endpoint: String,
        reason: String?
    ) {
        self.sequence = sequence
        self.id = id
        self.type = type
        self.status = status
        self.created = created
        self.receivedAt = receivedAt
        self.deliveries = deliveries
        self.livemode = livemode
        self.account = account
        self.apiVersion = apiVersion
        self.objectID = objectID
        self.endpoint = endpoint
        self.reason = reason
    }
}

/// One event with all that is known of it.
package struct EventDetail: Sendable {
    /// What a list shows of it.
    package let row: EventRow
    /// What is walked one at a time.
    package let lane: String
    /// Which of the endpoint's signing secrets matched, from 1.
    package let secretSlot: Int
    /// The body as it arrived; nil once retention purged it.
    package let body: String?
    /// Its runs, oldest first.
    package let runs: [RunRow]

    /// Makes a detail.
    package init(row: EventRow, lane: String, secretSlot: Int, body: String?, runs: [RunRow]) {
        self.row = row
        self.lane = lane
        self.secretSlot = secretSlot
        self.body = body
        self.runs = runs
    }
}
