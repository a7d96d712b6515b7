import Model
import Testing

@testable import Workflows

@Suite struct `Looking at an expression before SQLite does` {
    @Test func `blanks and comments around it are not part of it`() {
        #expect(ExpressionText.core(" /* a */ id -- b").sql == "id")
        #expect(ExpressionText.core(" /* a */ id -- b").offset == 9)
        #expect(ExpressionText.core("a /* b */ c").sql == "a /* b */ c")
        #expect(ExpressionText.core(" -- only this").sql.isEmpty)
    }

    @Test(arguments: [
        "object ->> 'a;b,c' = ':x'", "(SELECT a, b FROM c)", "x IN (1, 2)", "'(' || \"?\"",
        "/* ; */ id", "a - -1",
    ])
    func `one value passes`(sql: String) {
        #expect(ExpressionText.problem(in: sql) == nil)
    }

    @Test(arguments: [
        ("", 0), ("a;", 1), ("a, b", 1), ("a) + (b", 1), ("(a", 0), ("a = :b", 4), ("?", 0),
        ("@a", 0), ("$a", 0), ("'a", 0), ("a /* b", 2), ("[a", 0),
    ])
    func `more or less than one value does not`(sql: String, offset: Int) {
        #expect(ExpressionText.problem(in: sql)?.offset == offset)
    }

    @Test func `too long a text does not`() {
        let sql = String(repeating: "x", count: Limits.expressionBytes + 1)
        #expect(ExpressionText.problem(in: sql)?.message.contains("16385 bytes") == true)
    }

    @Test func `the steps it reads are found`() {
        let sql =
            "steps -> 'a' ->> 'x' || STEPS->>'b' || /* steps -> 'c' */ 'steps -> ''d''' || step"
        let references = ExpressionText.stepReferences(in: sql)
        #expect(references.map(\.id) == ["a", "b"])
        #expect(references.map(\.offset) == [9, 32])
        #expect(ExpressionText.stepReferences(in: "steps ->> '$.a.b' || steps -> x").isEmpty)
    }
}
