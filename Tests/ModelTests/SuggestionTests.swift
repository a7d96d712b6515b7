import Model
import Testing

@Suite struct `Suggesting the name that was meant` {
    private let known = ["order", "status", "on-failure", "uses", "with"]

    @Test(arguments: [
        ("ordr", "order"), ("oredr", "order"), ("Status", "status"), ("on_failure", "on-failure"),
        ("use", "uses"), ("wiht", "with"),
    ])
    func `a near name is found`(word: String, meant: String) {
        #expect(Suggestion.nearest(to: word, among: known) == meant)
    }

    @Test(arguments: ["", "xyz", "colour", "retry"])
    func `a far one is not`(word: String) {
        #expect(Suggestion.nearest(to: word, among: known) == nil)
        #expect(Suggestion.hint(for: word, among: known).isEmpty)
    }

    @Test func `the nearest wins, and of equals the first by alphabet`() {
        #expect(Suggestion.nearest(to: "stats", among: ["state", "stat"]) == "stat")
        #expect(Suggestion.nearest(to: "bat", among: ["rat", "cat"]) == "cat")
        #expect(Suggestion.hint(for: "ordr", among: known) == "; did you mean \"order\"?")
    }
}
