import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `Evaluating expressions` {
    private let fixture = SQLiteFixture()

    private static let scope = ExpressionScope(
        event: #"{"id":"evt_1","data":{"object":{"amount":1999}}}"#,
        object: #"{"amount":1999,"items":[{"id":"a"},{"id":"b"}],"name":"naïve ☕️"}"#,
        previous: nil,
        metadata: #"{"order_id":"A-7"}"#,
        id: "evt_1",
        type: "charge.refunded",
        created: 1_760_000_000,
        livemode: true,
        account: nil,
        endpoint: "stripe",
        steps: #"{"pay":{"changed":1}}"#,
        vars: #"{"shop":"tea"}"#
    )

    private func expression(_ sql: String) -> Expression {
        Expression(sql, at: SourcePlace(file: "a.yaml", line: 1, column: 1))
    }

    @Test(arguments: [
        ("metadata ->> 'order_id'", Value.text("A-7")),
        ("object ->> 'amount'", .integer(1999)),
        ("object -> 'items' -> 1 ->> 'id'", .text("b")),
        ("object -> 'items' -> 0", .text(#"{"id":"a"}"#)),
        ("previous ->> 'amount'", .null),
        ("id || '/' || type", .text("evt_1/charge.refunded")),
        ("created + 1", .integer(1_760_000_001)),
        ("livemode", .integer(1)),
        ("coalesce(account, endpoint)", .text("stripe")),
        ("steps -> 'pay' ->> 'changed' = 1", .integer(1)),
        ("vars ->> 'shop'", .text("tea")),
        ("event -> 'data' -> 'object' ->> 'amount'", .integer(1999)),
        ("object ->> 'name'", .text("naïve ☕️")),
        ("1.5 * 2", .real(3)),
        ("printf('%.*c', 900000000, 'x')", .null),
        ("9e999", .real(.infinity)),
        ("-9e999", .real(-.infinity)),
        ("'a;b -- c'", .text("a;b -- c")),
        ("'it''s'", .text("it's")),
        ("1 -- one", .integer(1)),
        ("/* two */ 2", .integer(2)),
        ("(SELECT count(*) FROM tills)", .integer(0)),
        ("EXISTS (SELECT 1 FROM tills WHERE name = id)", .integer(0)),
        ("SELECT 7", .integer(7)),
        (
            """
            (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 9)
             SELECT sum(x) FROM n)
            """,
            .integer(45)
        ),
    ])
    func `each name stands for its part of the event`(sql: String, value: Value) async throws {
        let subject = try await fixture.subject()

        let values = try subject.expressions.values(of: [expression(sql)], in: Self.scope)

        #expect(values == [value])
    }

    @Test func `many are evaluated together, in order, and see what was committed`() async throws {
        let subject = try await fixture.subject()
        let list = ["1", "'two' -- 2", "(SELECT sum(balance) FROM tills)", "NULL"].map(expression)
        let before = try subject.expressions.values(of: list, in: Self.scope)
        let run = try await subject.started("evt_1")
        _ = try await subject.settled(
            .effect(subject.ref(run), subject.call("a", 5), decide: StoreSubject.succeed)
        )

        let after = try subject.expressions.values(of: list, in: Self.scope)

        #expect(before == [.integer(1), .text("two"), .null, .null])
        #expect(after == [.integer(1), .text("two"), .integer(5), .null])
        #expect(try subject.expressions.values(of: [], in: Self.scope).isEmpty)
    }

    @Test(arguments: [
        ("1; DROP TABLE tills", "semicolon"),
        ("1); DELETE FROM tills; SELECT (1", "closes none"),
        ("1) FROM tills UNION SELECT (balance", "closes none"),
        ("(1", "never closed"),
        ("1) --", "closes none"),
        ("'a", "has no end"),
        ("1 /* ", "has no end"),
        ("?1", "no parameters"),
        (":event", "no parameters"),
        ("@x", "no parameters"),
        ("$x", "no parameters"),
        ("count(*)", "aggregate"),
        ("max(created)", "aggregate"),
        ("(SELECT max(created))", "aggregate"),
        ("row_number() OVER ()", "window"),
        ("1, 2", "row value"),
        ("", "syntax"),
        ("   -- nothing", "syntax"),
        ("metdata ->> 'a'", "no such column: metdata"),
        ("(SELECT 1 FROM nowhere)", "no such table: nowhere"),
        ("\"order_id\"", "no such column"),
        ("ATTACH 'x.db' AS x", "syntax"),
        ("(PRAGMA user_version)", "syntax"),
        ("(SELECT * FROM pragma_table_info('tills'))", "may only read"),
        ("(SELECT file FROM pragma_database_list)", "may only read"),
        ("(SELECT sql FROM sqlite_schema)", "may not be read"),
        ("load_extension('x')", "may not be used"),
        ("fts3_tokenizer('simple')", "may not be used"),
        ("readfile('/etc/passwd')", "no such function"),
        ("(INSERT INTO tills (name, balance) VALUES ('x', 1) RETURNING 1)", "syntax"),
        ("X'00'", "BLOB"),
        ("zeroblob(10)", "BLOB"),
        ("printf('%.*c', 1500000, 'x')", "longer than"),
        ("zeroblob(1000000000)", "too big"),
        ("hex(zeroblob(1500000))", "too big"),
        ("json('{')", "malformed JSON"),
        ("'{}' -> '$['", "JSON path"),
        ("'x' LIKE printf('%.*c', 500, '%')", "too complex"),
        ("abs(-9223372036854775808)", "overflow"),
    ])
    func `what would leave its brackets or its bounds has no value`(
        sql: String,
        reason: String
    ) async throws {
        let subject = try await fixture.subject()

        for list in [[expression(sql)], [expression("1"), expression(sql), expression("2")]] {
            let failure = #expect(throws: ExpressionFailure.self, "\(sql)") {
                try subject.expressions.values(of: list, in: Self.scope)
            }
            #expect(failure?.expression == expression(sql))
            #expect(failure?.reason.contains(reason) == true, "\(failure?.reason ?? "") for \(sql)")
        }
    }

    @Test func `an expression that does not end is cut off, and the next one works`() async throws {
        let subject = try await fixture.subject()
        let endless =
            "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n)"

        let failure = #expect(throws: ExpressionFailure.self) {
            try subject.expressions.values(of: [expression(endless)], in: Self.scope)
        }

        #expect(failure?.reason.contains("took longer") == true)
        #expect(
            try subject.expressions.values(of: [expression("1")], in: Self.scope) == [.integer(1)]
        )
    }

    @Test(arguments: [
        ("1", true), ("0", false), ("-1", true), ("0.5", true), ("0.0", false), ("'1'", true),
        ("'0'", false), ("'abc'", false), ("''", false), ("NULL", false), ("-0.0", false),
        ("'0.5'", true), ("'1abc'", true), ("9e999", true), ("account", false),
        ("account IS NULL", true), ("livemode", true), ("NOT livemode", false), ("id", false),
        ("METADATA ->> 'order_id' = 'A-7' -- ours", true), ("created < 0", false),
        ("(SELECT sum(balance) FROM tills)", false), ("SELECT 1", true), ("1 OR 0", true),
    ])
    func `a condition holds where SQLite's WHERE takes it for true`(
        sql: String,
        holds: Bool
    ) async throws {
        let subject = try await fixture.subject()
        let condition = expression(sql)
        let asked = expression("EXISTS (SELECT 1 WHERE (\(sql)\n))")
        let list = ["7", "type", "NULL"].map(expression)
        let wanted: [Value]? = holds ? [.integer(7), .text("charge.refunded"), .null] : nil

        for _ in 0..<2 {
            let values = try subject.expressions.values(of: list, if: condition, in: Self.scope)
            let none = try subject.expressions.values(of: [], if: condition, in: Self.scope)

            #expect(values == wanted)
            #expect(none == (holds ? [] : nil))
        }
        let said = try subject.expressions.values(of: [asked], in: Self.scope)
        #expect(said == [.integer(holds ? 1 : 0)])
    }

    @Test(arguments: [
        "json('{')", "json(id)", "abs(-9223372036854775808)", "abs(created * 0 - 1 << 63)",
        "zeroblob(10)", "printf('%.*c', 1500000, 'x')", "metdata", "count(*)", "(1", "1; 2",
    ])
    func `what cannot be evaluated is no harm where the condition is false, else it is named`(
        sql: String
    ) async throws {
        let subject = try await fixture.subject()
        let bad = expression(sql)
        let lists = [
            [bad], [expression("1"), bad], [bad, expression("json('[')")],
            [expression("1"), bad, expression("2")],
        ]

        for _ in 0..<2 {
            for list in lists {
                for no in ["0", "NULL", "NOT livemode", "id = 'evt_2'"] {
                    let values = try subject.expressions.values(
                        of: list,
                        if: expression(no),
                        in: Self.scope
                    )
                    #expect(values == nil, "\(sql) where \(no)")
                }
                for yes in ["1", "livemode", "id = 'evt_1'"] {
                    let failure = #expect(throws: ExpressionFailure.self, "\(sql) where \(yes)") {
                        try subject.expressions.values(
                            of: list,
                            if: expression(yes),
                            in: Self.scope
                        )
                    }
                    #expect(failure?.expression == bad, "where \(yes)")
                }
            }
        }
    }

    @Test(arguments: [
        ("json('{')", "malformed JSON"), ("json(id)", "malformed JSON"),
        ("abs(-9223372036854775808)", "overflow"), ("metdata", "no such column: metdata"),
        ("count(*)", "aggregate"), ("max(created)", "aggregate"), ("(1", "never closed"),
        ("1) --", "closes none"), ("1, 2", "row value"),
    ])
    func `a condition that cannot be evaluated is named itself`(
        sql: String,
        reason: String
    ) async throws {
        let subject = try await fixture.subject()

        for list in [[], ["1"], ["1", "2"], ["json('[')"], ["nowhere", "1"]] {
            let failure = #expect(throws: ExpressionFailure.self, "\(list) where \(sql)") {
                try subject.expressions.values(
                    of: list.map(expression),
                    if: expression(sql),
                    in: Self.scope
                )
            }
            #expect(failure?.expression == expression(sql), "\(list)")
            #expect(failure?.reason.contains(reason) == true, "\(failure?.reason ?? "")")
        }
    }

    @Test func `what stands at one place and is of one length is told apart`() async throws {
        let subject = try await fixture.subject()
        var other = Self.scope
        other.id = "evt_2"
        func values(
            _ list: [String],
            if condition: String? = nil,
            in scope: ExpressionScope = Self.scope
        ) throws -> [Value]? {
            try subject.expressions.values(
                of: list.map(expression),
                if: condition.map(expression),
                in: scope
            )
        }

        // The second time each of them is known.
        for _ in 0..<2 {
            #expect(try values(["'a'"]) == [.text("a")])
            #expect(try values(["'b'"]) == [.text("b")])
            #expect(try values(["1", "'a'"]) == [.integer(1), .text("a")])
            #expect(try values(["1", "'b'"]) == [.integer(1), .text("b")])
            #expect(try values(["1", "'a'"], if: "'1'") == [.integer(1), .text("a")])
            #expect(try values(["1", "'b'"], if: "'1'") == [.integer(1), .text("b")])
            #expect(try values(["1", "'b'"], if: "'0'") == nil)
            #expect(try values(["'a'"], if: "id = 'evt_1'") == [.text("a")])
            #expect(try values(["'a'"], if: "id = 'evt_2'") == nil)
            #expect(try values(["'a'"], if: "id = 'evt_1'", in: other) == nil)
            #expect(try values(["'a'"], if: "id = 'evt_2'", in: other) == [.text("a")])
            #expect(try values([], if: "id = 'evt_2'") == nil)
            #expect(try values([], if: "id = 'evt_2'", in: other) == [])
            // Here a condition is what an only expression is there.
            #expect(try values(["2"]) == [.integer(2)])
            #expect(try values(["1"], if: "2") == [.integer(1)])
            #expect(try values(["0"], if: "2") == [.integer(0)])
            #expect(try values(["2"], if: "0") == nil)
        }
    }

    @Test func `many threads evaluate at once`() async throws {
        let subject = try await fixture.subject()
        let sums = try await withThrowingTaskGroup(of: Value.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let list = [expression("\(number % 7) + 1")]
                    return try subject.expressions.values(of: list, in: Self.scope)[0]
                }
            }
            return try await group.reduce(into: [Value: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(sums.count == 7)
    }
}
