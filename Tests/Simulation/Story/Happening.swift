import Intake
import Model
import Store
import Stripe

/// One event that Stripe sends about a purchase, and what it means; known before Till sees it.
struct Happening {
    /// The event's id.
    let id: String
    /// Its type.
    let type: String
    /// When Stripe made it, in seconds since 1970.
    let created: Int64
    /// The event as it is sent.
    let body: String
    /// What it says about its order; nil where it says nothing.
    var order: OrderNews?
    /// What it says about its credits; nil where it says nothing.
    var credits: CreditNews?
    /// Whether it is kept and not run.
    var isHeld = false
    /// Whether no workflow takes it.
    var isUnknown = false
    /// Whether what it asks for can never be done.
    var isImpossible = false

    /// What an event says about an order.
    struct OrderNews {
        /// The state it reports; nil where it only brings facts.
        var status: OrderState?
        /// What was paid back so far.
        var refunded: Int64 = 0
        /// The buyer's address.
        var email: String?
        /// Why the payment came to nothing.
        var error: String?
        /// The payment it is about.
        var payment: String
        /// Whether it can make the order where there is none.
        var makes = true
    }

    /// What an event says about credits.
    struct CreditNews {
        /// Whether the credits are paid for.
        var isDeposit = false
        /// What was paid back so far.
        var refunded: Int64 = 0
    }

    /// What the door makes of it.
    func delivery(at now: Timestamp) throws -> Delivery {
        Delivery(
            of: try EventEnvelope.read(body),
            body: body,
            endpoint: "main",
            at: now,
            hold: isHeld ? "it is of the other mode" : nil
        )
    }
}

/// Where an order stands; each word outranks those before it.
enum OrderState: String, Comparable, CaseIterable {
    case pending, failed, canceled, paid
    case partiallyRefunded = "partially_refunded"
    case refunded, disputed

    static func < (one: OrderState, other: OrderState) -> Bool { one.rank < other.rank }

    /// Whether money has arrived.
    var hasMoney: Bool { self >= .paid }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
