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

    @Test(arguments: 0..<200)
    func `no near name is passed over`(seed: Int) {
        var number = UInt64(seed)
        func letter() -> Character {
            number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Array("abcé_-")[Int(number >> 33) % 6]
        }
        let names = (0..<20).map { _ in String((0..<1 + Int(number & 7)).map { _ in letter() }) }
        let word = String((0..<1 + Int(number & 7)).map { _ in letter() })

        let ranked = names.map { (distance(Array(word), Array($0)), $0) }
        let right = ranked.filter { $0.0 <= max(1, word.count / 3) }.min { $0 < $1 }?.1
        #expect(Suggestion.nearest(to: word, among: names) == right, "\(word) \(names)")
    }

    /// The whole table, the way it is written in books.
    private func distance(_ one: [Character], _ other: [Character]) -> Int {
        var table = (0...one.count).map { row in (0...other.count).map { max(row, $0) } }
        for row in 1..<(one.count + 1) {
            for column in 1..<(other.count + 1) {
                let isSame = one[row - 1] == other[column - 1]
                var cost = min(
                    table[row - 1][column] + 1,
                    table[row][column - 1] + 1,
                    table[row - 1][column - 1] + (isSame ? 0 : 1)
                )
                if row > 1, column > 1, one[row - 1] == other[column - 2],
                    one[row - 2] == other[column - 1]
                {
                    cost = min(cost, table[row - 2][column - 2] + 1)
                }
                table[row][column] = cost
            }
        }
        return table[one.count][other.count]
    }

    @Test func `the nearest wins, and of equals the first by alphabet`() {
        #expect(Suggestion.nearest(to: "stats", among: ["state", "stat"]) == "stat")
        #expect(Suggestion.nearest(to: "bat", among: ["rat", "cat"]) == "cat")
        #expect(Suggestion.hint(for: "ordr", among: known) == "; did you mean \"order\"?")
    }
}
