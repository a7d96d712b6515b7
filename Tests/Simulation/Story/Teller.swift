/// Makes up the purchases of a world, each with a history that Stripe could have sent.
struct Teller {
    private let dice: Dice
    private var created: Int64 = VirtualTime.beginning / 1000 - 3600
    private var events = 0

    /// Tells by those dice.
    init(dice: Dice) {
        self.dice = dice
    }

    /// Every purchase of a world.
    mutating func purchases() -> [Purchase] {
        (1...(1 + dice.below(4))).map { number in
            dice.chance(55) ? order(number) : topUp(number)
        }
    }

    // MARK: - Orders

    private mutating func order(_ number: Int) -> Purchase {
        var it = purchase(number)
        let id = "order-\(number)"
        it.order = id
        let metadata = JSON().text("order_id", id)
        for _ in 0..<dice.below(3) { it.happenings.append(failed(it, metadata)) }
        if dice.chance(20) { it.happenings.append(canceled(it, metadata)) }
        guard dice.chance(85) else { return it }
        it.happenings += payments(it, metadata)
        if dice.chance(70) { it.happenings.append(charged(it, metadata)) }
        it.happenings += refunds(it, metadata)
        if dice.chance(25) { it.happenings.append(disputed(it)) }
        return it
    }

    private mutating func failed(_ it: Purchase, _ metadata: JSON) -> Happening {
        let payment = dice.chance(50) ? it.payment : it.earlier
        let email = address(it)
        let error = "attempt \(events) failed"
        let object = JSON().text("id", payment).number("amount", it.price)
            .text("currency", it.currency).text("customer", "cus_\(it.number)")
            .text("receipt_email", email).object("metadata", metadata)
            .object("last_payment_error", JSON().text("message", error))
        var event = happening("payment_intent.payment_failed", object)
        event.order = Happening.OrderNews(
            status: .failed,
            email: email,
            error: error,
            payment: payment
        )
        return event
    }

    private mutating func canceled(_ it: Purchase, _ metadata: JSON) -> Happening {
        let reason = "reason-\(events)"
        let object = JSON().text("id", it.earlier).number("amount", it.price)
            .text("currency", it.currency).text("customer", "cus_\(it.number)")
            .text("cancellation_reason", reason).object("metadata", metadata)
        var event = happening("payment_intent.canceled", object)
        event.order = Happening.OrderNews(
            status: .canceled,
            error: "Canceled (\(reason)).",
            payment: it.earlier
        )
        return event
    }

    /// One to three events that say that the payment arrived.
    private mutating func payments(_ it: Purchase, _ metadata: JSON) -> [Happening] {
        var events: [Happening] = []
        let isCheckout = dice.chance(50)
        if isCheckout {
            let isSlow = dice.chance(40)
            if isSlow {
                events.append(
                    session(it, metadata, "checkout.session.completed", isPaid: false)
                )
            }
            let type =
                isSlow
                ? "checkout.session.async_payment_succeeded" : "checkout.session.completed"
            events.append(session(it, metadata, type, isPaid: true))
        }
        guard !isCheckout || dice.chance(70) else { return events }
        events.append(succeeded(it, metadata))
        if dice.chance(50) { events.reverse() }
        return events
    }

    private mutating func succeeded(_ it: Purchase, _ metadata: JSON) -> Happening {
        let email = address(it)
        let object = JSON().text("id", it.payment).number("amount", it.price)
            .number("amount_received", it.price).text("currency", it.currency)
            .text("customer", "cus_\(it.number)").text("receipt_email", email)
            .text("latest_charge", it.charge).object("metadata", metadata)
        var event = happening("payment_intent.succeeded", object)
        if it.order != nil {
            event.order = Happening.OrderNews(status: .paid, email: email, payment: it.payment)
        } else {
            event.credits = Happening.CreditNews(isDeposit: true)
        }
        return event
    }

    private mutating func session(
        _ it: Purchase,
        _ metadata: JSON,
        _ type: String,
        isPaid: Bool
    ) -> Happening {
        let email = address(it)
        let isNamed = it.order == nil || dice.chance(50)
        let object = JSON().text("id", "cs_\(it.number)").text("mode", "payment")
            .text("payment_status", isPaid ? "paid" : "unpaid").number("amount_total", it.price)
            .text("currency", it.currency).text("customer", "cus_\(it.number)")
            .text("payment_intent", it.payment)
            .text("client_reference_id", isNamed ? nil : it.order)
            .object("customer_details", JSON().text("email", email))
            .object("metadata", isNamed ? metadata : JSON())
        var event = happening(type, object)
        guard isPaid else { return event }
        if it.order != nil {
            event.order = Happening.OrderNews(status: .paid, email: email, payment: it.payment)
        } else {
            event.credits = Happening.CreditNews(isDeposit: true)
        }
        return event
    }

    private func chargeObject(_ it: Purchase, _ metadata: JSON, _ email: String?) -> JSON {
        JSON().text("id", it.charge).number("amount", it.price)
            .number("amount_captured", it.price).flag("captured", true)
            .text("currency", it.currency).text("customer", "cus_\(it.number)")
            .text("payment_intent", it.payment).text("receipt_email", email)
            .object("billing_details", JSON().text("name", "Buyer \(it.number)"))
            .text("receipt_url", "https://pay.example/\(it.charge)")
            .object("metadata", metadata)
    }

    private mutating func charged(_ it: Purchase, _ metadata: JSON) -> Happening {
        let email = address(it)
        var event = happening("charge.succeeded", chargeObject(it, metadata, email))
        if it.order != nil {
            event.order = Happening.OrderNews(email: email, payment: it.payment)
        }
        return event
    }

    /// No refund, or several parts of the price one after the other, sometimes all of it.
    private mutating func refunds(_ it: Purchase, _ metadata: JSON) -> [Happening] {
        guard dice.chance(60) else { return [] }
        var total: Int64 = 0
        var events: [Happening] = []
        for _ in 0..<(1 + dice.below(3)) where total < it.price {
            let before = total
            total = dice.chance(30) ? it.price : dice.number(total + 1...it.price)
            let email = address(it)
            let object = chargeObject(it, metadata, email).number("amount_refunded", total)
                .flag("refunded", total == it.price)
            var event = happening(
                "charge.refunded",
                object,
                previous: JSON().number("amount_refunded", before)
            )
            if it.order != nil {
                event.order = Happening.OrderNews(
                    status: total == it.price ? .refunded : .partiallyRefunded,
                    refunded: total,
                    email: email,
                    payment: it.payment
                )
            } else {
                event.credits = Happening.CreditNews(refunded: total)
            }
            events.append(event)
        }
        return events
    }

    private mutating func disputed(_ it: Purchase) -> Happening {
        let object = JSON().text("id", "du_\(it.number)").number("amount", it.price)
            .text("currency", it.currency).text("charge", it.charge)
            .text("payment_intent", it.payment).text("reason", "fraudulent")
            .object("metadata", JSON())
        var event = happening("charge.dispute.created", object)
        if it.order != nil {
            event.order = Happening.OrderNews(
                status: .disputed,
                payment: it.payment,
                makes: false
            )
        }
        return event
    }

    // MARK: - Credits

    private mutating func topUp(_ number: Int) -> Purchase {
        var it = purchase(number)
        it.user = "user-\(1 + dice.below(2))"
        it.credits = dice.chance(10) ? dice.number(1...1_000_000_000_000) : dice.number(1...5000)
        let named = dice.chance(60) ? "pay-\(number)" : nil
        it.key = named ?? it.payment
        let isImpossible = dice.chance(8)
        let metadata = JSON().text("userId", it.user)
            .text("amount", isImpossible ? "0" : "\(it.credits)").text("paymentId", named)
        if isImpossible {
            var event = succeeded(it, metadata)
            event.credits = nil
            event.isImpossible = true
            it.happenings = [event]
            return it
        }
        it.happenings = payments(it, metadata)
        if dice.chance(40) { it.happenings.append(charged(it, metadata)) }
        it.happenings += refunds(it, metadata)
        if dice.chance(15) { it.happenings.append(disputed(it)) }
        return it
    }

    // MARK: - What all have

    private mutating func purchase(_ number: Int) -> Purchase {
        let prices: [ClosedRange<Int64>] = [1...20, 100...9999, 100_000...1_000_000_000]
        return Purchase(
            number: number,
            price: dice.number(prices[dice.below(3)]),
            currency: ["usd", "eur", "jpy"][dice.below(3)]
        )
    }

    /// An address of the buyer, the same or another each time, or none.
    private func address(_ it: Purchase) -> String? {
        dice.chance(60) ? "buyer\(it.number)-\(dice.below(2))@mail.example" : nil
    }

    private mutating func happening(
        _ type: String,
        _ object: JSON,
        previous: JSON? = nil
    ) -> Happening {
        events += 1
        created += Int64(dice.below(600))
        let id = "evt_\(events)"
        var data = JSON().object("object", object)
        if let previous { data = data.object("previous_attributes", previous) }
        let body = JSON().text("id", id).text("object", "event").text("type", type)
            .number("created", created).flag("livemode", false)
            .text("api_version", "2026-10-28.endive").object("data", data)
        return Happening(id: id, type: type, created: created, body: body.text)
    }

    /// Events beside the purchases: of a type that nobody takes, or kept for a human.
    mutating func strays() -> [Happening] {
        (0..<dice.below(3)).map { number in
            let object = JSON().text("id", "cus_stray_\(number)").object("metadata", JSON())
            guard dice.chance(50) else {
                var event = happening("customer.created", object)
                event.isUnknown = true
                return event
            }
            let order = JSON().text("order_id", "held-\(number)")
            var event = happening(
                "payment_intent.succeeded",
                JSON().text("id", "pi_held_\(number)").number("amount", 5).object("metadata", order)
            )
            event.isHeld = true
            return event
        }
    }
}
