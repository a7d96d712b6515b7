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
}
