/// What an order's row must say.
struct OrderRow: Equatable, CustomStringConvertible {
    /// Its state.
    var status = "pending"
    /// What was paid back.
    var refunded: Int64 = 0
    /// The price, where money arrived.
    var amount = ""
    /// The payment that the row names.
    var payment = ""
    /// Its charge.
    var charge = "NULL"
    /// The buyer's address.
    var email = "NULL"
    /// Why it came to nothing.
    var error = "NULL"
    /// When it was paid.
    var paidAt = "NULL"
    /// Why a human must look.
    var review = "NULL"

    var description: String {
        "\(status) \(amount) less \(refunded), \(payment) \(charge) \(email) \(error) "
            + "\(paidAt) \(review)"
    }

    /// The columns of ``init(row:)``.
    static let query = """
        SELECT id, status, amount_refunded, coalesce(amount, ''),
            coalesce(stripe_payment_intent_id, ''), stripe_charge_id, email, error_message, paid_at,
            review
        FROM orders ORDER BY id
        """

    /// What an order must come to once all has been heard, in whatever order.
    init(after news: [Happening], of purchase: Purchase) {
        let told = news.compactMap { event in event.order.map { (event, $0) } }
        let last = told.compactMap(\.1.status).max() ?? .pending
        status = last.rawValue
        refunded = told.map(\.1.refunded).max() ?? 0
        let young = { (one: Happening, other: Happening) in
            (one.created, one.id) < (other.created, other.id)
        }
        let first = told.filter { $0.1.email != nil }.min { young($0.0, $1.0) }
        email = first?.1.email ?? "NULL"
        amount = "\(purchase.price)"
        guard last.hasMoney else {
            let decisive = told.filter { $0.1.status == last }.max { young($0.0, $1.0) }
            error = decisive?.1.error ?? "NULL"
            payment = decisive?.1.payment ?? purchase.payment
            if last == .pending { charge = purchase.charge }
            return
        }
        payment = purchase.payment
        let names = ["charge.", "payment_intent.succeeded"]
        if told.contains(where: { event in names.contains { event.0.type.hasPrefix($0) } }) {
            charge = purchase.charge
        }
        let paid = told.filter { $0.1.status == .paid }.map(\.0.created).min()
        paidAt = paid.map { "\($0 * 1000)" } ?? "NULL"
    }

    /// What a row says.
    init(row: [String]) {
        status = row[1]
        refunded = Int64(row[2]) ?? -1
        amount = row[3]
        payment = row[4]
        charge = row[5]
        email = row[6]
        error = row[7]
        paidAt = row[8]
        review = row[9]
    }
}
