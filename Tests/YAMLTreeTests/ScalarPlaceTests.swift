import Model
import Testing
import YAMLTree

@Suite struct `Finding a character of a scalar in its file` {
    /// `line:column` of every `@` in the value of the first key.
    private func places(_ text: String) throws -> [String] {
        let file = SourceFile(path: "a", text: text)
        let node = try #require(try YAMLReader.read(file).mapping?.first?.value)
        let scalar = try #require(node.scalar?.text)
        return scalar.utf8.enumerated().filter { $0.element == UInt8(ascii: "@") }
            .map { file.place(in: node, offset: $0.offset) }
            .map { "\($0.line):\($0.column)" }
    }

    /// `line:column` of every `@` in the file.
    private func truth(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .flatMap { line, text in
                text.enumerated().filter { $0.element == "@" }.map {
                    "\(line + 1):\($0.offset + 1)"
                }
            }
    }

    @Test(arguments: [
        "", "a", "\n", "a\n\nb", "a\r\nb\rc\n\rd", "\r\n\n", "\u{85}a\u{2028}b\u{2029}\u{B}\u{C}",
        "é\u{2027}\u{2030}ª†", "a\n\u{301}b\r\u{301}", "👩‍👧\n👩‍👧", "\u{A0}\u{C2}\u{85}",
    ])
    func `lines end where characters say that they do`(text: String) {
        let right = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let file = SourceFile(path: "a", text: text)

        let lines = (1...right.count + 1).map { line in
            file.mistake("x", at: file.place(line, 1)).sourceLine
        }
        #expect(lines == right.map(String.init) + [nil])
    }

    @Test(arguments: [
        "a: x@ y@\n",
        "a: é👩‍👧@ 'x' @\n",
        "a: x @\n  y @\n\n\n  z@\n",
        "a: '@ it''s @ '\n",
        "a: '@ x\n\n   it''s @\n  @'\n",
        #"a: "@ \"\t\x41@ \u00e9 \U0001F600@ \\@""# + "\n",
        "a: \"x @ \\\n   \\ y@\n\n  @ z \\\n   @\"\n",
        "a: |\n  x@\n    y @\n\n  @z\n",
        "a: |2-\n   x@\n  @\n",
        "a: >\n  x @\n  y @\n\n  @ z\n\n\n    @more\n    @\n  @\n",
        "a: >-  # why\n\n\n  x @\n",
        "a: |\r\n  x@\r\n  é@\r\n",
        "{ \"b\": 'é@' }\n",
    ])
    func `every character is found`(text: String) throws {
        let found = try places(text)

        #expect(!found.isEmpty)
        #expect(found == truth(text))
    }

    @Test func `an offset beyond the end is the end`() throws {
        let file = SourceFile(path: "a", text: "a: 'xy'\n")
        let node = try #require(try YAMLReader.read(file)["a"])

        #expect(file.place(in: node, offset: 99).column == 7)
    }
}
