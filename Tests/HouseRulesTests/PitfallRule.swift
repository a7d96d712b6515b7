/// The table of mistakes that others made, and the tests that keep Till from each.
///
/// Shape of a line: `| number | what went wrong | where |`, where "where" is one or more of
/// `` `file`: name of the test``, parted by semicolons, or `not built: ` and why the mistake cannot
/// be made.
enum PitfallRule {
    /// How many there are.
    static let count = 69
    /// How many may name no test, because Till does not do what the mistake is about.
    ///
    /// It may only shrink.
    static let withoutTest = 7

    /// What is wrong with the table.
    ///
    /// - Parameters:
    ///   - table: The document.
    ///   - text: The text of a file of the tree; nil where there is none.
    /// - Returns: One sentence for each fault.
    static func findings(in table: String, text: (String) -> String?) -> [String] {
        let rows = table.split(separator: "\n").compactMap(row)
        var found: [String] = []
        if rows.map(\.number) != Array(1...count) {
            found.append("the numbers are not 1 to \(count), each once and in order")
        }
        let bare = rows.filter { $0.place.hasPrefix("not built: ") }
        if bare.count > withoutTest {
            found.append("\(bare.count) have no test, at most \(withoutTest) may")
        }
        for row in rows where !row.place.hasPrefix("not built: ") {
            let tests = row.place.matches(of: #/`([^`]+)`: ([^;]+)/#)
            if tests.isEmpty { found.append("\(row.number): names no test") }
            for test in tests {
                let name = test.2.trimmingPrefix(" ")
                guard let text = text(String(test.1)) else {
                    found.append("\(row.number): there is no file \(test.1)")
                    continue
                }
                if !text.contains(name) { found.append("\(row.number): no test \"\(name)\"") }
            }
        }
        return found
    }

    private static func row(_ line: Substring) -> (number: Int, place: String)? {
        guard let cells = line.wholeMatch(of: #/\| *(\d+) \| (.+?) \| (.+?) *\|/#),
            let number = Int(cells.1)
        else { return nil }
        return (number, String(cells.3))
    }
}
