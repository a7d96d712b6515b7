import Model
import Testing

@Suite struct `The shipped plugin add-credits` {
    /// A deposit of 500 credits for 49.99.
    private static let deposit: [String: Value] = [
        "user": .text("u1"), "amount": .integer(500), "payment": .text("pay_1"),
        "payment-intent": .text("pi_1"), "payment-amount": .integer(4999), "currency": .text("USD"),
    ]

    /// A refund of the same payment.
    private static func refund(_ total: Int64, _ more: [String: Value] = [:]) -> [String: Value] {
        [
            "type": .text("refund"), "payment-intent": .text("pi_1"),
            "payment-amount": .integer(4999), "currency": .text("usd"),
            "refunded-total": .integer(total),
        ].merging(more) { $1 }
    }

    private func balance(_ bench: ShippedPluginsBench) throws -> Value {
        try bench.value("SELECT balance FROM credit_accounts WHERE user_id = 'u1'")
    }

    @Test(arguments: [
        ["payment": Value.text("pay_1")], ["payment": .null], ["payment-intent": .null],
        ["payment": .text("another_key")],
    ])
    func `a payment deposits once, by either of its names`(
        again: [String: Value]
    ) async throws {
        let bench = try await ShippedPluginsBench()
        let first = try await bench.settle("add-credits", Self.deposit)
        let second = try await bench.settle(
            "add-credits",
            Self.deposit.merging(again) { $1 },
            event: "evt_2"
        )

        #expect(first.outputs["changed"] == .integer(1))
        #expect(first.outputs["balance"] == .integer(500))
        #expect(second == .skipped("payment pay_1 gave its credits before", second.outputs))
        #expect(second.outputs["changed"] == .integer(0))
        #expect(try balance(bench) == .integer(500))
        #expect(try bench.value("SELECT reference FROM credit_transactions") == .text("pay_1"))
    }

    @Test(arguments: [
        (
            ["amount": Value.integer(501)],
            "pay_1 is booked with 500 credits, but the event says 501; find out which is right"
        ),
        (
            ["user": .text("u2")],
            "pay_1 is booked for user u1, but the event says user u2; find out whose it is"
        ),
    ])
    func `a second deposit that contradicts the first is refused`(
        wrong: [String: Value],
        reason: String
    ) async throws {
        let bench = try await ShippedPluginsBench()
        try await bench.settle("add-credits", Self.deposit)

        let outcome = try await bench.settle(
            "add-credits",
            Self.deposit.merging(wrong) { $1 },
            event: "evt_2"
        )

        #expect(outcome.status == .failed)
        #expect(outcome.reason == reason)
        #expect(try bench.value("SELECT count(*) FROM credit_accounts") == .integer(1))
        #expect(try balance(bench) == .integer(500))
    }

    @Test(arguments: [
        ["amount": Value.integer(0)], ["amount": .integer(-1)], ["amount": .null],
        ["amount": .integer(1_000_000_000_001)], ["user": .null], ["user": .text("")],
        ["payment": .null, "payment-intent": .null],
        ["payment-amount": .integer(-1)],
    ])
    func `a deposit that makes no sense is refused`(wrong: [String: Value]) async throws {
        let bench = try await ShippedPluginsBench()

        let outcome = try await bench.settle(
            "add-credits",
            Self.deposit.merging(wrong) { $1 }
        )

        #expect(outcome.status == .failed, "\(outcome)")
        #expect(try bench.value("SELECT count(*) FROM credit_transactions") == .integer(0))
        #expect(try bench.value("SELECT count(*) FROM credit_accounts") == .integer(0))
    }

    @Test func `all orders of deposit and refunds, each twice, leave one balance`() async throws {
        for turn in permutations(of: [0, 1, 2, 3]) {
            let bench = try await ShippedPluginsBench()
            let inputs = [Self.deposit, Self.refund(1000), Self.refund(2500), Self.refund(4999)]
            let steps = (turn + turn).map {
                ShippedPluginsBench.Happening(
                    plugin: "add-credits",
                    event: "evt_\($0)",
                    created: 1,
                    inputs: inputs[$0]
                )
            }
            let outcomes = try await bench.settleAll(steps)

            #expect(outcomes.allSatisfy { $0.status != .failed }, "turn \(turn)")
            #expect(try balance(bench) == .integer(0), "turn \(turn)")
        }
    }

    @Test func `a refund takes its share, rounded down, whatever the numbers`() async throws {
        let bench = try await ShippedPluginsBench()
        var random = SplitMix(seed: 20_261_120)
        for number in 0..<400 {
            let price = Int64.random(in: 1...Self.bound(&random), using: &random)
            let credits = Int64.random(in: 1...Self.bound(&random), using: &random)
            var totals = (0..<3).map { _ in Int64.random(in: 0...price, using: &random) }
            if number.isMultiple(of: 2) { totals.append(price) }
            let payment = Value.text("p\(number)")
            var steps: [[String: Value]] = [
                [
                    "user": .text("u1"), "amount": .integer(credits), "payment": payment,
                    "payment-amount": .integer(price),
                ]
            ]
            for total in totals {
                steps.append([
                    "type": .text("refund"), "payment": payment, "refunded-total": .integer(total),
                ])
            }
            let outcomes = try await bench.settle(
                steps.map {
                    ShippedPluginsBench.Happening(
                        plugin: "add-credits",
                        event: "evt",
                        created: 1,
                        inputs: $0
                    )
                }
            )

            let total = totals.max() ?? 0
            let product = credits.multipliedFullWidth(by: total)
            let due = price.dividingFullWidth(product).quotient
            let taken = try bench.value(
                """
                SELECT -coalesce(sum(amount), 0) FROM credit_transactions
                WHERE payment = 'p\(number)' AND type = 'refund'
                """
            )
            #expect(taken == .integer(due), "\(credits) credits for \(price), refunds \(totals)")
            #expect(outcomes.allSatisfy { $0.status != .failed }, "\(outcomes)")
        }
        let sum = try bench.value("SELECT sum(amount) FROM credit_transactions")
        #expect(try balance(bench) == sum)
    }

    private static func bound(_ random: inout SplitMix) -> Int64 {
        [10, 1000, 1_000_000, 1_000_000_000_000].randomElement(using: &random) ?? 10
    }

    @Test func `a refund waits for its deposit`() async throws {
        let bench = try await ShippedPluginsBench()

        let early = try await bench.settle("add-credits", Self.refund(4999))
        try await bench.settle("add-credits", Self.deposit)
        let late = try await bench.settle("add-credits", Self.refund(4999))

        #expect(early == .wait("payment pi_1 has given no credits yet"))
        #expect(late.outputs["amount"] == .integer(-500))
        #expect(late.outputs["user"] == .text("u1"))
    }

    @Test func `credits that were spent and refunded are owed`() async throws {
        let bench = try await ShippedPluginsBench()
        try await bench.settle("add-credits", Self.deposit)
        try await bench.settle(
            "add-credits",
            [
                "type": .text("adjustment"), "user": .text("u1"), "amount": .integer(-450),
                "reference": .text("spent-1"),
            ]
        )

        try await bench.settle("add-credits", Self.refund(4999))

        #expect(try balance(bench) == .integer(-450))
    }

    @Test(arguments: [
        (["refunded-total": Value.integer(5000)], "more was paid back (5000) than paid (4999)"),
        (["currency": .text("eur")], "payment pay_1 was made in usd, but the refund is in eur"),
        (["user": .text("u2")], "gave credits to user u1, but the refund names user u2"),
        (["refunded-total": .null], "a refund needs refunded-total"),
    ])
    func `a refund that contradicts its deposit is refused`(
        wrong: [String: Value],
        reason: String
    ) async throws {
        let bench = try await ShippedPluginsBench()
        try await bench.settle("add-credits", Self.deposit)

        let outcome = try await bench.settle("add-credits", Self.refund(1000, wrong))

        #expect(outcome.status == .failed)
        #expect(outcome.reason?.contains(reason) == true, "\(outcome)")
        #expect(try balance(bench) == .integer(500))
    }

    @Test func `an adjustment happens once per reference`() async throws {
        let bench = try await ShippedPluginsBench()
        func adjust(_ amount: Int64, _ reference: String?) async throws -> StepOutcome {
            try await bench.settle(
                "add-credits",
                [
                    "type": .text("adjustment"), "user": .text("u1"), "amount": .integer(amount),
                    "reference": reference.map(Value.text) ?? .null,
                ]
            )
        }

        let outcomes = [
            try await adjust(-3, "gift"), try await adjust(-3, "gift"), try await adjust(4, "gift"),
            try await adjust(4, nil),
        ]

        #expect(outcomes.map(\.status) == [.done, .skipped, .failed, .failed])
        #expect(try balance(bench) == .integer(-3))
    }

    @Test func `a deposit is told once, by the first step that can`() async throws {
        let bench = try await ShippedPluginsBench()
        let telling = Self.deposit.merging(["confirms": .integer(1)]) { $1 }

        var outcomes: [StepOutcome] = []
        for inputs in [Self.deposit, telling, telling, Self.refund(10, ["confirms": .integer(1)])] {
            outcomes.append(try await bench.settle("add-credits", inputs))
        }

        #expect(outcomes.map { $0.outputs["confirm"] } == [0, 1, 0, 0].map(Value.integer))
    }

    @Test(arguments: [
        "UPDATE credit_accounts SET balance = 9",
        "UPDATE credit_accounts SET user_id = 'u2'",
        "DELETE FROM credit_accounts",
        "INSERT INTO credit_accounts (user_id, balance) VALUES ('u2', 5)",
        "INSERT OR REPLACE INTO credit_accounts (user_id, balance) VALUES ('u1', 5)",
        "UPDATE credit_transactions SET amount = 1",
        "DELETE FROM credit_transactions",
        """
        INSERT INTO credit_transactions
          (user_id, amount, type, source, reference, resulting_balance)
        VALUES ('u1', 5, 'adjustment', 'x', 'x', 5)
        """,
        """
        INSERT OR REPLACE INTO credit_transactions
            (user_id, amount, type, source, reference, resulting_balance)
        VALUES ('u1', 5, 'adjustment', 'x', 'pay_1', 505)
        """,
        """
        INSERT OR REPLACE INTO credit_transactions
            (id, user_id, amount, type, source, reference, resulting_balance)
        VALUES (1, 'u1', 5, 'adjustment', 'x', 'x', 505)
        """,
        """
        INSERT INTO credit_transactions
            (id, user_id, amount, type, source, reference, resulting_balance)
        VALUES (0, 'u1', 5, 'adjustment', 'x', 'x', 505)
        """,
    ])
    func `no statement makes a balance other than its sum`(sql: String) async throws {
        let bench = try await ShippedPluginsBench()
        try await bench.settle("add-credits", Self.deposit)

        let outcome = try await bench.settle(sql: sql)

        #expect(outcome.status == .failed, "\(outcome)")
        #expect(
            try bench.value(
                """
                SELECT count(*) FROM credit_accounts
                WHERE balance = (SELECT sum(amount) FROM credit_transactions AS t
                    WHERE t.user_id = credit_accounts.user_id)
                """
            ) == .integer(1)
        )
    }
}
