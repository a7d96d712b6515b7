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
