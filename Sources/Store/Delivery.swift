package import Model

/// One webhook that proved itself at the door: what recording writes down.
package struct Delivery: Sendable {
    /// The event's id: a second delivery of it is a duplicate.
    package var id: EventID
    /// The event's type.
    package var type: String
    /// When Stripe made the event.
    package var created: Timestamp
    /// Which of Stripe's worlds it is of.
    package var livemode: Bool
    /// The connected account, for Connect events.
    package var account: String?
    /// The API version that shaped the body.
    package var apiVersion: String?
    /// The id of the object the event is about.
    package var objectID: String?
    /// What is walked one at a time: the payment the object belongs to, else the object, else the
    /// event.
    package var lane: String
    /// Whether it is a thin event (`v2.core.event`): a reference instead of a snapshot.
    package var isThin: Bool
    /// The name of the endpoint that took it.
    package var endpoint: String
    /// Which of the endpoint's signing secrets matched, from 1.
    package var secretSlot: Int
    /// When it arrived.
    package var receivedAt: Timestamp
    /// Why it must not run by itself, for example because it is of the wrong mode; nil to run.
    package var hold: String?
    /// Whether no workflow takes its type: it is kept, and nothing else is to be done.
    package var isUnmatched = false
    /// The body exactly as it arrived; JSON in UTF-8.
    package var body: String

    /// How its event stands once it is written down.
    package var status: EventStatus {
        hold != nil ? .held : isUnmatched ? .unmatched : .received
    }

    /// Makes a delivery.
    package init(
        id: EventID,
        type: String,
        created: Timestamp,
        livemode: Bool,
        account: String? = nil,
        apiVersion: String? = nil,
        objectID: String? = nil,
        lane: String,
        isThin: Bool = false,
        endpoint: String,
        secretSlot: Int = 1,
        receivedAt: Timestamp,
        hold: String? = nil,
        body: String
    ) {
        self.id = id
        self.type = type
        self.created = created
        self.livemode = livemode
        self.account = account
        self.apiVersion = apiVersion
        self.objectID = objectID
        self.lane = lane
        self.isThin = isThin
        self.endpoint = endpoint
        self.secretSlot = secretSlot
        self.receivedAt = receivedAt
        self.hold = hold
        self.body = body
    }
}

/// What recording answers.
package enum Receipt: Sendable, Hashable {
    /// It is on disk now.
    case stored
    /// It was on disk before; the delivery was counted.
    case duplicate
}

/// What the door needs of the store.
package protocol Recording: Sendable {
    /// Writes a delivery down durably; returns only after the commit that holds it.
    ///
    /// - Parameter delivery: The proven webhook.
    /// - Returns: Whether it was new.
    /// - Throws: ``StoreFailure`` when it is not on disk; nothing may be acknowledged then.
    func record(_ delivery: Delivery) async throws(StoreFailure) -> Receipt
}

/// Why the store could not do its job.
package enum StoreFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// No room on the disk; it recovers by itself when space returns.
    case full(String)
    /// Too much is waiting already, or the store is closing.
    case busy(String)
    /// The disk failed to write or sync: what was written is unknown, Till must stop.
    case broken(String)
    /// One piece of work was refused by the database; the rest of its transaction is fine.
    case refused(String)

    /// Whose fault it is.
    package var fault: Fault { .house }

    /// What happened, without the frame of ``description`` where a wish was refused.
    package var reason: String {
        if case .refused(let detail) = self { detail } else { description }
    }

    package var description: String {
        switch self {
        case .full(let detail):
            "the database's disk is full (\(detail)); free some space, Till goes on by itself"
        case .busy(let detail): "the store takes nothing more right now (\(detail)); try again"
        case .broken(let detail):
            "the database could not be written (\(detail)); Till stops so that nothing is lost, "
                + "check the disk and start it again"
        case .refused(let detail): "the database refused the change: \(detail)"
        }
    }
}
