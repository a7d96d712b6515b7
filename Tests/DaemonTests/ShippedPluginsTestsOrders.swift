import Model
import Testing

@Suite struct `The shipped plugin update-order` {
    private typealias Happening = ShippedPluginsBench.Happening

    /// The columns that must not depend on the order of delivery: all but the times of writing.
    private static func state(_ number: Int) -> String {
        """
        SELECT json_array(status, amount, amount_refunded, currency, email, customer,
            stripe_payment_intent_id = 'pi_\(number)', stripe_charge_id = 'ch_\(number)',
            error_message, review, source, paid_at)
        FROM orders WHERE id = 'order-\(number)'
        """
    }

    /// A step of the life of one order; `status` nil only brings facts.
    private static func step(
        _ number: Int,
        _ status: String?,
        at created: Int64,
        _ more: [String: Value] = [:]
    ) -> Happening {
        var inputs: [String: Value] = [
            "order": .text("order-\(number)"), "amount": .integer(1000), "currency": .text("USD"),
            "payment-intent": .text("pi_\(number)"), "if-missing": .text("create"),
            "confirms": .integer(1),
        ]
        if let status { inputs["status"] = .text(status) }
        inputs.merge(more) { $1 }
        return Happening(event: "evt_\(number)_\(created)", created: created, inputs: inputs)
    }

    /// Paid, charge, partial refund, full refund; the address differs to see which one stays.
    private static func life(_ number: Int) -> [Happening] {
        let charge = Value.text("ch_\(number)")
        return [
            step(number, "paid", at: 102, ["charge": charge, "customer": .text("cus_1")]),
            step(number, nil, at: 101, ["charge": charge, "email": .text("a@example.com")]),
            step(
                number,
                "partially_refunded",
                at: 200,
                ["amount-refunded": .integer(400), "email": .text("b@example.com")]
            ),
            step(
                number,
                "refunded",
                at: 300,
                ["amount-refunded": .integer(1000), "email": .text("c@example.com")]
            ),
        ]
    }

    /// The dispute of that payment; like Stripe's, it does not name the order.
    private static func dispute(_ number: Int) -> Happening {
        Happening(
            event: "evt_\(number)_dispute",
            created: 250,
            inputs: [
                "status": .text("disputed"), "payment-intent": .text("pi_\(number)"),
                "charge": .text("ch_\(number)"),
            ]
        )
    }

    /// Settles every permutation of a life, each for an order of its own, and compares the ends.
    private func end(
        of life: (Int) -> [Happening],
        count: Int,
        repeating: ([Happening]) -> [Happening]
    ) async throws -> Value {
        let bench = try await ShippedPluginsBench()
        let turns = permutations(of: Array(life(0).indices))
        try #require(turns.count == count)
        var ends: [Value: [Int]] = [:]
        for (number, turn) in turns.enumerated() {
            let events = life(number)
            let outcomes = try await bench.settleAll(repeating(turn.map { events[$0] }))
            for outcome in outcomes where outcome.status == .failed {
                Issue.record("turn \(turn): \(outcome)")
            }
            let confirmed = outcomes.count { $0.outputs["confirm"] == .integer(1) }
            #expect(confirmed <= 1, "turn \(turn)")
            ends[try bench.value(Self.state(number)), default: []] += turn
        }
        #expect(ends.count == 1, "\(ends)")
        return try #require(ends.keys.first)
    }

    @Test(arguments: [1, 2])
    func `all 24 orders of a life end in one row`(times: Int) async throws {
        let end = try await end(of: Self.life, count: 24) { events in
            (0..<times).flatMap { _ in events }
        }

        let row = #""usd","a@example.com","cus_1",1,1,null,null,"stripe",102000]"#
        #expect(end == .text(#"["refunded",1000,1000,"# + row))
    }

    @Test func `all 24 orders end in one row when each event comes twice in a row`() async throws {
        let end = try await end(of: Self.life, count: 24) { $0.flatMap { [$0, $0] } }

        #expect(end.asText.hasPrefix(#"["refunded",1000,1000,"#))
    }

    @Test func `all 120 orders with a dispute end disputed, with the refund on record`()
        async throws
    {
        let end = try await end(
            of: { Self.life($0) + [Self.dispute($0)] },
            count: 120
        ) { $0 }

        #expect(end.asText.hasPrefix(#"["disputed",1000,1000,"usd","a@example.com","#))
    }

    @Test func `all 720 orders with failed and canceled attempts end in one row`() async throws {
        let other: [String: Value] = [
            "payment-intent": .text("pi_other"), "amount": .integer(900),
            "error-message": .text("no"),
        ]
        let end = try await end(
            of: { number in
                Self.life(number).prefix(3) + [
                    Self.step(number, "failed", at: 90, other),
                    Self.step(number, "failed", at: 91, ["error-message": .text("again no")]),
                    Self.step(number, "canceled", at: 92, other),
                ]
            },
            count: 720
        ) { $0 }

        #expect(end.asText.hasPrefix(#"["partially_refunded",1000,400,"usd","a@example.com","#))
        #expect(end.asText.hasSuffix(#",1,1,null,null,"stripe",102000]"#))
    }

    @Test func `a paid order is confirmed once, in whichever step knows the address`() async throws
    {
        let bench = try await ShippedPluginsBench()
        for (number, turn) in permutations(of: [0, 1]).enumerated() {
            let events = Self.life(number)
            let outcomes = try await bench.settle(turn.map { events[$0] } + events)

            #expect(outcomes.count { $0.outputs["confirm"] == .integer(1) } == 1, "turn \(turn)")
        }
    }

    @Test func `the state it has already is success`() async throws {
        let bench = try await ShippedPluginsBench()
        let outcomes = try await bench.settle([
            Self.step(1, "paid", at: 1), Self.step(1, "paid", at: 2),
        ])

        #expect(outcomes.map(\.status) == [.done, .done])
        #expect(outcomes.map { $0.outputs["changed"] } == [.integer(1), .integer(0)])
        #expect(outcomes.map { $0.outputs["previous_status"] } == [.null, .text("paid")])
    }

    @Test func `a late older event is skipped and says why`() async throws {
        let bench = try await ShippedPluginsBench()
        let outcomes = try await bench.settle([
            Self.step(1, "paid", at: 2),
            Self.step(1, "failed", at: 1, ["error-message": .text("declined")]),
        ])

        #expect(outcomes[1].status == .skipped)
        #expect(
            outcomes[1].reason == "order order-1 is paid; paid → failed is not a lawful change"
        )
        #expect(try bench.value("SELECT error_message FROM orders") == .null)
        #expect(
            try bench.value("SELECT min(outcome) || ',' || max(outcome) FROM order_history")
                == .text("done,skip")
        )
    }

    @Test(arguments: [
        (
            ["amount": Value.integer(999)],
            "order order-1 costs 1000 usd, but the event says 999 usd; "
                + "compare the order with the payment"
        ),
        (
            ["currency": .text("eur"), "amount": .null],
            "order order-1 is in usd, but the event says eur; compare the order with the payment"
        ),
        (
            ["amount-refunded": .integer(1001), "status": .text("refunded")],
            "order order-1 costs less than the 1001 usd that were paid back; "
                + "look for a refund that belongs to another order"
        ),
        (
            ["amount-refunded": .integer(-1), "status": .text("refunded")],
            "the event has a negative amount (1000, refunded -1); look at its payload"
        ),
        (
            ["payment-intent": .text("pi_again")],
            "order order-1 was paid by pi_1, and pi_again paid for it again; refund one of the two"
        ),
    ])
    func `what contradicts the order holds it for review`(
        wrong: [String: Value],
        reason: String
    ) async throws {
        let bench = try await ShippedPluginsBench()
        let outcomes = try await bench.settle([
            Self.step(1, "paid", at: 1), Self.step(1, "paid", at: 2, wrong),
            Self.step(1, "paid", at: 3),
        ])

        #expect(outcomes.map(\.status) == [.done, .failed, .done])
        #expect(outcomes[1].reason == reason)
        #expect(try bench.value("SELECT review FROM orders") == .text(reason))
        #expect(try bench.value("SELECT status || amount_refunded FROM orders") == .text("paid0"))
        #expect(try bench.value("SELECT count(*) FROM order_history") == .integer(2))
    }

    @Test func `a missing order is made, waited for or refused, as the input says`() async throws {
        let bench = try await ShippedPluginsBench()
        func paid(_ ifMissing: Value?) -> Happening {
            Self.step(1, "paid", at: 1, ["if-missing": ifMissing ?? .text("wait")])
        }
        let outcomes = try await bench.settle([
            paid(nil), paid(.text("refuse")), paid(.text("create")), paid(nil),
        ])

        #expect(outcomes[0] == .wait("order order-1 does not exist"))
        #expect(outcomes[1].status == .failed)
        #expect(outcomes[1].reason == "order order-1 does not exist")
        #expect(outcomes[2].outputs["changed"] == .integer(1))
        #expect(outcomes[3].outputs["changed"] == .integer(0))
        #expect(try bench.value("SELECT count(*) FROM orders") == .integer(1))
    }

    @Test func `an event about a payment that no order knows waits`() async throws {
        let bench = try await ShippedPluginsBench()

        let outcome = try await bench.settle([Self.dispute(7)])

        #expect(outcome == [.wait("no order belongs to payment pi_7")])
        #expect(try bench.value("SELECT count(*) FROM order_history") == .integer(0))
    }

    @Test func `a refund of another payment than the one that paid changes nothing`() async throws {
        let bench = try await ShippedPluginsBench()
        let outcomes = try await bench.settle([
            Self.step(1, "paid", at: 1),
            Self.step(
                1,
                "refunded",
                at: 2,
                ["payment-intent": .text("pi_other"), "amount-refunded": .integer(1000)]
            ),
        ])

        #expect(
            outcomes[1].reason == "order order-1 was paid by pi_1; the event is about pi_other"
        )
        #expect(outcomes[1].outputs["refunded_now"] == .integer(0))
        #expect(try bench.value("SELECT status || amount_refunded FROM orders") == .text("paid0"))
    }

    @Test func `the lawful changes are the rungs of one ladder`() async throws {
        let bench = try await ShippedPluginsBench()
        let ladder = [
            "pending", "failed", "canceled", "paid", "partially_refunded", "refunded", "disputed",
        ]
        for (low, from) in ladder.enumerated() {
            for (high, to) in ladder.enumerated() {
                let found = try bench.value(
                    """
                    SELECT count(*) FROM order_transitions
                    WHERE from_status = '\(from)' AND to_status = '\(to)'
                    """
                )
                #expect(found == .integer(low < high ? 1 : 0), "\(from) → \(to)")
            }
        }
    }
}
