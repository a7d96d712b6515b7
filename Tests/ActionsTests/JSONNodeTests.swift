import Testing

@testable import Actions

@Suite struct `Reading JSON as a tree` {
    @Test(arguments: [
        "{\"b\":1,\"a\":[true,false,null,-0.50e+3,\"x\"]}", "[]", "{}", "\"\\\"\\\\\"",
        "12345678901234567890.10", "[[[]]]",
    ])
    func `what is written is what was read`(text: String) {
        #expect(JSONNode(text)?.json == text)
    }

    @Test(arguments: [
        ("\"\\u00e9\"", "é"), ("\"\\ud83d\\ude00\"", "😀"), ("\"\\ud83d\"", "\u{FFFD}"),
        ("\"\\ud83dx\"", "\u{FFFD}x"), ("\"\\ud83d\\u0041\"", "\u{FFFD}A"), ("\"\\n\\/\"", "\n/"),
    ])
    func `escapes are read`(text: String, expected: String) {
        #expect(JSONNode(text) == .text(expected))
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "01", "1.", ".5", "+1", "1e", "nul",
        "true x",
        "\"\u{1}\"", "\"\\x\"", "\"\\u12\"", "[1 2]", "NaN", "\"",
    ])
    func `what is not JSON is nothing`(text: String) {
        #expect(JSONNode(text) == nil)
    }

    @Test func `nesting has an end`() {
        let deep = { (count: Int) in
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        #expect(JSONNode(deep(512)) != nil)
        #expect(JSONNode(deep(513)) == nil)
    }
}
