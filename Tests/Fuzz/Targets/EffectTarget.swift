import Model
import Store

@testable import SQLiteStore

/// A plugin's SQL: whatever is wrong with it is told with a place that is in the text.
enum EffectTarget {
    private static let scratch = Result {
        try SQLScratch(schemas: [
            (
                "fuzz",
                [SQLFile(path: "v001_t.sql", text: "CREATE TABLE t (id TEXT, n INTEGER) STRICT;")]
            )
        ])
    }

    /// Runs a text through it.
    static func run(_ text: String) throws {
        let file = SQLFile(path: "effect.sql", text: text)
        let problem = try scratch.get().problem(in: file, parameters: ["order", "now"])
        for offset in [0, problem?.offset ?? 0, text.utf8.count / 2, text.utf8.count] {
            try Broken.unless((0...text.utf8.count).contains(offset), "\(offset) is outside")
            let mistake = file.mistake("x", atByte: offset)
            let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            let line = Array(lines[mistake.place.line - 1].prefix { $0 != 0x0D })
            try Broken.unless(Array((mistake.sourceLine ?? "-").utf8) == line, "another line")
            try Broken.unless((1...line.count + 1).contains(mistake.place.column), "no column")
        }
    }
}
