import Model
import Testing
import YAMLTree

@Suite struct `Reading YAML` {
    private func read(_ text: String) throws(Mistakes) -> Node {
        try YAMLReader.read(SourceFile(path: "a.yaml", text: text))
    }

    /// `line:column message` of every mistake.
    private func mistakes(in text: String) -> [String] {
        do throws(Mistakes) {
            _ = try read(text)
            return []
        } catch {
            return error.all.map { "\($0.place.line):\($0.place.column) \($0.message)" }
        }
    }

    @Test func `scalars stay text and know their place`() throws {
        let root = try read("country: NO\nsteps:\n  - id: 012\n    when: 'it''s'\n")

        #expect(root["country"]?.scalar?.text == "NO")
        let step = try #require(root["steps"]?.sequence?.first)
        #expect(step["id"]?.scalar?.text == "012")
        #expect(step["id"]?.place == SourcePlace(file: "a.yaml", line: 3, column: 9))
        #expect(step["when"]?.scalar?.text == "it's")
        #expect(step["when"]?.scalar?.isPlain == false)
        #expect(step.mapping?.map(\.keyPlace.column) == [5, 5])
    }

    @Test func `columns count characters and not bytes`() throws {
        let root = try read("{ \"مرحبا 👩‍👩‍👧‍👦é\": x }")

        #expect(root.mapping?.first?.value.place.column == 15)
    }

    @Test func `a byte order mark and carriage returns change no place`() throws {
        let root = try read("\u{FEFF}a: 1\r\nb: 2\r\n")

        #expect(root["b"]?.place == SourcePlace(file: "a.yaml", line: 2, column: 4))
        #expect(mistakes(in: "a: 1\r\nb: &x 2\r\n").count == 1)
    }

    @Test func `nothing at all is a node that is null`() throws {
        #expect(try read("").isNull)
        #expect(try read("# only a comment\n").isNull)
        #expect(try read("---\n").isNull)
        #expect(
            try read("a:\nb: ~\nc: null\nd: ''").mapping?.map(\.value.isNull) == [
                true, true, true, false,
            ]
        )
    }

    @Test(arguments: [
        ("a: &x 1\nb: *x\n", ["1:4", "2:4"]),
        ("a: !!str NO\nb: ! x\nc: !own {}\n", ["1:4", "2:4", "3:4"]),
        ("a: 1\nb: 2\na: 3\n", ["3:1"]),
        ("[x]: 1\n? {a: b}\n: 2\n", ["1:1", "2:3"]),
        ("a: 1\n---\nb: 2\n", ["2:1"]),
        ("*x : 1\n", ["1:1"]),
        ("a: [1, 2\nb: 3\n", ["2:2"]),
        ("\tb: 1\n", ["1:1"]),
        ("a: 'x\n", ["1:4"]),
        ("a: b: c\n", ["1:5"]),
        ("a: @x\n", ["1:4"]),
        ("a: \u{1}\n", ["1:4"]),
    ])
    func `what a workflow never needs is refused with its place`(text: String, places: [String]) {
        #expect(mistakes(in: text).map { $0.prefix { $0 != " " } }.map(String.init) == places)
    }

    @Test func `bombs are refused before they cost anything`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(mistakes(in: deep) == ["1:65 nested more than 64 levels deep; make it flatter"])
        let wide = "[" + String(repeating: "a,", count: 20_000) + "]"
        #expect(mistakes(in: wide).count == 1)
        let long = String(repeating: "#", count: (1 << 20) + 1)
        #expect(mistakes(in: long).first?.contains("1048577 bytes") == true)
    }

    @Test func `depth 64 and 10000 nodes are still read`() throws {
        _ = try read(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
        let items = try read("[" + String(repeating: "é,", count: 9_999) + "]")
        #expect(items.sequence?.count == 9_999)
        #expect(items.sequence?.last?.place.column == 2 + 2 * 9_998)
    }

    @Test func `broken text never traps`() {
        let alphabet = Array("ab:-?[]{}'\"|>&*!%#@,\n\n  \t\r\u{85}é👩‍👧~\\0\u{0}")
        var random = SplitMix(seed: 20_260_101)
        for _ in 0..<3000 {
            let text = String(
                (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                }
            )
            for mistake in mistakes(in: text) { #expect(!mistake.isEmpty, "\(text)") }
        }
    }
}
