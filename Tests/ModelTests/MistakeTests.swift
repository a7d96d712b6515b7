import Model
import Testing

@Suite struct `Telling a mistake` {
    @Test func `the caret stands under the column, tabs kept`() {
        let mistake = Mistake(
            "what",
            at: SourcePlace(file: "a", line: 2, column: 4),
            sourceLine: "\té x"
        )

        #expect(mistake.description == "a:2:4: error: what\n  \té x\n  \t  ^")
    }

    @Test func `without a line there is only the place`() {
        let mistake = Mistake("what", at: SourcePlace(file: "a", line: 1, column: 1))

        #expect(mistake.description == "a:1:1: error: what")
    }

    @Test func `a list is in the order of the file`() {
        let places = [(2, 1), (1, 9), (1, 10)].map { SourcePlace(file: "a", line: $0, column: $1) }

        #expect(
            Mistakes(places.map { Mistake("x", at: $0) }).all.map(\.place.column) == [9, 10, 1]
        )
        #expect(Mistakes(ifAny: []) == nil)
    }

    @Test func `of a long line there is what stands around the column, of a message the start`() {
        let line = String(repeating: "a", count: 5000) + "!" + String(repeating: "b", count: 5000)
        let mistake = Mistake(
            String(repeating: "m", count: 9000),
            at: SourcePlace(file: "a", line: 1, column: 5001),
            sourceLine: line
        )

        let lines = mistake.description.split(separator: "\n").map { $0.dropFirst(2) }

        #expect(lines[0].count < 1100)
        let caret = lines[2].prefix { $0 != "^" }.count
        #expect(Array(lines[1])[caret] == "!")
        #expect(lines[1].count == 202 && lines[1].first == "…" && lines[1].last == "…")
    }

    @Test func `nothing in it steers a terminal`() {
        let mistake = Mistake(
            "the key \"\u{1B}[31m\"",
            at: SourcePlace(file: "a", line: 1, column: 2),
            sourceLine: "\u{1B}[2J\u{85}"
        )

        let text = "a:1:2: error: the key \"\u{FFFD}[31m\"\n  \u{FFFD}[2J\u{FFFD}\n   ^"
        #expect(mistake.description == text)
    }

    @Test func `of one file fifty are told, and that there are more`() {
        let many = (1...200).map { line in
            Mistake("x", at: SourcePlace(file: "a", line: line, column: 1))
        }
        let other = Mistake("y", at: SourcePlace(file: "b", line: 1, column: 1))

        let all = Mistakes(many + [other]).all

        #expect(all.count == 52)
        #expect(all[50].message.contains("more mistakes"))
        #expect(all[51] == other)
    }
}
