import Model
import Testing

@Suite struct `Values` {
    @Test(arguments: [
        (Value.null, "", "null", false), (.integer(0), "0", "0", false),
        (.integer(-5), "-5", "-5", true), (.real(0.5), "0.5", "0.5", true),
        (.text("a\"b"), "a\"b", "\"a\\\"b\"", false), (.text("1x"), "1x", "\"1x\"", true),
        (.text("0"), "0", "\"0\"", false), (.json("[1]"), "[1]", "[1]", false),
    ])
    func `read as text, as JSON and as truth`(
        value: Value,
        text: String,
        json: String,
        isTrue: Bool
    ) {
        #expect(value.asText == text)
        #expect(value.asJSON == json)
        #expect(value.isTrue == isTrue)
    }

    @Test(arguments: [
        "0", "-0", "7", "-10", "0.5", "1e9", "1E+9", "12.50e-07",
    ])
    func `what JSON writes is a number`(text: String) {
        #expect(JSONText.isNumber(text))
    }

    @Test(arguments: [
        "", "-", "01", "-01", "+1", "1.", ".5", "1e", "1e+", "1.e1", "0x1", "1 ", " 1", "1_000",
        "٣", "1\u{301}", "1.5.1", "--1", "1e5.5", "NaN",
    ])
    func `all else is none`(text: String) {
        #expect(!JSONText.isNumber(text))
    }

    @Test func `a real that JSON cannot hold is null`() {
        #expect(Value.real(.infinity).asJSON == "null")
        #expect(Value.real(.nan).asJSON == "null")
    }

    @Test func `control characters are escaped in JSON`() {
        #expect(JSONText.quoted("\u{0}\t\u{7F}\u{2028}é") == #""\u0000\t\u007f\u2028é""#)
    }

    @Test func `fields keep their order and take the place of older ones`() {
        var fields = Fields([("b", .integer(1)), ("a", .text("x"))])
        fields["b"] = .integer(2)
        fields["c"] = .null
        fields["a"] = nil

        #expect(fields.json == #"{"b":2,"c":null}"#)
        #expect(fields.text("c") == nil)
        #expect(fields.text("b") == "2")
        #expect(fields == Fields([("b", .integer(2)), ("c", .null)]))
    }
}
