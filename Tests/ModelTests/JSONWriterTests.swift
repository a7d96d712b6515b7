import Model
import Testing

@Suite struct `Writing JSON for machines` {
    /// Every byte's character, both line separators, and those that share bytes with them.
    private static let scalars: [Unicode.Scalar] =
        ([0x00...0xFF, 0x2027...0x202A] as [ClosedRange<UInt32>]).joined()
        .compactMap { Unicode.Scalar($0) } + [
            "€", "₧", "₨", "₩", "\u{1028}", "\u{2E28}", "\u{3028}", "\u{E028}", "\u{FFFD}",
            "\u{10028}", "😀",
        ]

    /// The same, scalar by scalar.
    private func reference(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: quoted += "\\\""
            case 0x5C: quoted += "\\\\"
            case 0x0A: quoted += "\\n"
            case 0x0D: quoted += "\\r"
            case 0x09: quoted += "\\t"
            case 0x2028: quoted += "\\u2028"
            case 0x2029: quoted += "\\u2029"
            case 0x00..<0x20, 0x7F:
                let digits = Array("0123456789abcdef")
                quoted += "\\u00"
                quoted.append(digits[Int(scalar.value / 16)])
                quoted.append(digits[Int(scalar.value % 16)])
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Judges bytes, since Swift takes texts for equal that JSON does not.
    private func judge(_ text: String) {
        let wanted = Array(reference(text).utf8)
        var writer = JSONWriter()
        writer.raw("[1,")
        writer.quoted(text)
        writer.raw("]")

        #expect(Array(JSONText.quoted(text).utf8) == wanted, "\(Array(text.unicodeScalars))")
        #expect(
            Array(writer.text.utf8) == Array("[1,".utf8) + wanted + Array("]".utf8),
            "\(Array(text.unicodeScalars))"
        )
    }

    @Test func `a text is escaped as one does it scalar by scalar`() {
        judge("")
        for scalar in Self.scalars {
            let text = String(scalar)
            judge(text)
            judge(text + text)
            for (before, behind) in [("a", "b"), ("€", "\u{A8}"), ("\u{1028}", "\u{80}")] {
                judge(before + text)
                judge(text + behind)
                judge(before + text + behind)
                judge("naïve \(before)\(text)\(behind) \"\(text)\" 😀")
            }
        }
    }

    @Test func `a long text of all of them is escaped as one does it scalar by scalar`() {
        var text = String(String.UnicodeScalarView(Self.scalars))
        text += String(String.UnicodeScalarView(Self.scalars.reversed()))
        judge(text)
        judge(String(repeating: text, count: 5))
    }

    @Test func `escapes are those of the standard`() {
        #expect(JSONText.quoted("a\"b\\c/d") == #""a\"b\\c/d""#)
        #expect(
            JSONText.quoted("\n\r\t\u{0}\u{8}\u{F}\u{10}\u{1F}\u{7F}") == #"""
                "\n\r\t\u0000\u0008\u000f\u0010\u001f\u007f"
                """#
        )
        #expect(JSONText.quoted("\r\n") == #""\r\n""#)
        #expect(JSONText.quoted("\u{2028}x\u{2029}€") == #""\u2028x\u2029€""#)
    }

    private static let some: [(fields: Fields, members: String)] = [
        (Fields(), ""),
        (Fields([("a", .integer(1))]), #""a":1"#),
        (Fields([("a \"b\"", .text("c\nd")), ("e", .null)]), #""a \"b\"":"c\nd","e":null"#),
        (Fields([("e", .json(#"{"f":[]}"#)), ("d", .real(1.5))]), #""e":{"f":[]},"d":1.5"#),
        (Fields([("i", .real(.infinity)), ("n", .real(.nan))]), #""i":null,"n":null"#),
    ]

    @Test(arguments: some)
    func `fields are one object, or members of another`(fields: Fields, members: String) {
        var first = JSONWriter()
        first.raw("{")
        fields.write(to: &first, afterOthers: false)
        var later = JSONWriter()
        later.raw(#"{"x":0"#)
        fields.write(to: &later, afterOthers: true)

        #expect(fields.json == "{\(members)}")
        #expect(first.text == "{\(members)")
        #expect(later.text == #"{"x":0"# + (members.isEmpty ? "" : ",\(members)"))
    }

    @Test(arguments: [
        ("{}", "{"),
        (#"{"a":1}"#, #"{"a":1"#),
        (#"{"a":{"b":{}}}"#, #"{"a":{"b":{}}"#),
        (#"{"a":"é😀"}"#, #"{"a":"é😀""#),
    ])
    func `an object is opened by leaving out its last brace`(object: String, opened: String) {
        var alone = JSONWriter()
        alone.open(object)
        var within = JSONWriter()
        within.raw("[{},")
        within.open(object)
        Fields([("z", .null)]).write(to: &within, afterOthers: object != "{}")
        within.raw("}]")

        #expect(alone.text == opened)
        #expect(within.text == "[{},\(opened)" + (object == "{}" ? "" : ",") + #""z":null}]"#)
    }
}
