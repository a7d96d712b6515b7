/// What somebody bought, and everything that Stripe will say about it.
struct Purchase {
    /// Its number in the world, from 1.
    let number: Int
    /// The order's id; nil for a top-up of credits.
    var order: String?
    /// Whose credits; nil for an order.
    var user: String?
    /// How many credits.
    var credits: Int64 = 0
    /// The payment's key in the ledger.
    var key = ""
    /// The price in minor units.
    let price: Int64
    /// Its currency.
    let currency: String
    /// What Stripe sends, in the order it was made.
    var happenings: [Happening] = []

    /// The payment that may succeed.
    var payment: String { "pi_\(number)" }
    /// A payment that was tried before.
    var earlier: String { "pi_\(number)_earlier" }
    /// The charge of the payment.
    var charge: String { "ch_\(number)" }
}
