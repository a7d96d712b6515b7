/// Where in a file something stands; both counts begin at 1.
package struct SourcePlace: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The path as it was given or found, shown to people.
    package var file: String
    /// The line, from 1.
    package var line: Int
    /// The column in characters, from 1.
    package var column: Int

    /// Makes a place.
    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }

    package static func < (one: SourcePlace, other: SourcePlace) -> Bool {
        (one.file, one.line, one.column) < (other.file, other.line, other.column)
    }
}

/// Something wrong in a file that a person wrote; they come as a list, all at once.
package struct Mistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where it stands.
    package var place: SourcePlace
    /// What is wrong, with the value, and what to do; no full stop at the end.
    package var message: String
    /// The text of that line, shown under the message with a caret; nil where there is none.
    package var sourceLine: String?

    /// Makes a mistake.
    package init(_ message: String, at place: SourcePlace, sourceLine: String? = nil) {
        self.message = message
        self.place = place
        self.sourceLine = sourceLine
    }

    /// `file:line:column: error: message`, then the line and a caret under the column.
    package var description: String {
        let text = "\(place): error: \(Self.harmless(message.prefix(Self.longest)))"
        return text + (sourceLine.map { "\n" + excerpt(of: $0) } ?? "")
    }

    /// What is shown of a message; values in it may be as long as a file.
    private static let longest = 1000
    /// What is shown of a line on either side of the column.
    private static let context = 100

    /// The line around the column, and the caret.
    private func excerpt(of line: String) -> String {
        let column = max(0, place.column - 1)
        let start = max(0, column - Self.context)
        let rest = line.dropFirst(start)
        let part = rest.prefix(2 * Self.context)
        let front = start > 0 ? "…" : ""
        let indent = (front + part.prefix(column - start)).map { $0 == "\t" ? "\t" : " " }
        let back = part.endIndex < rest.endIndex ? "…" : ""
        return "  \(front)\(Self.harmless(part))\(back)\n  \(indent.joined())^"
    }

    /// The text with a mark in place of what could steer a terminal.
    private static func harmless(_ text: Substring) -> String {
        let isControl = { (scalar: Unicode.Scalar) in
            scalar.value < 0x20 && scalar != "\t" || (0x7F...0x9F).contains(scalar.value)
        }
        guard text.unicodeScalars.contains(where: isControl) else { return String(text) }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { clean.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
        return String(clean)
    }
}

/// Every mistake found in one go; never empty.
package struct Mistakes: Error, Sendable, Hashable, CustomStringConvertible {
    /// In the order of file, line and column.
    package let all: [Mistake]

    /// What is told of one file; who has more corrects these first.
    private static let toldOfOneFile = 50

    /// Makes the list, sorted by place.
    package init(_ mistakes: [Mistake]) {
        precondition(!mistakes.isEmpty, "no mistakes is no error")
        var told: [String: Int] = [:]
        var kept: [Mistake] = []
        for mistake in mistakes.sorted(by: { $0.place < $1.place }) {
            let count = told[mistake.place.file, default: 0] + 1
            told[mistake.place.file] = count
            if count <= Self.toldOfOneFile { kept.append(mistake) }
            if count == Self.toldOfOneFile + 1 {
                let more = "there are more mistakes; correct these first"
                kept.append(Mistake(more, at: mistake.place))
            }
        }
        all = kept
    }

    /// Makes the list, or nil where there are none.
    package init?(ifAny mistakes: [Mistake]) {
        if mistakes.isEmpty { return nil }
        self.init(mistakes)
    }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Finding the name a person probably meant.
package enum Suggestion {
    /// The known name closest to `word`, or nil when none is near (distance over a third of its
    /// length).
    package static func nearest(to word: String, among known: some Sequence<String>) -> String? {
        let length = word.count
        let limit = max(1, length / 3)
        // Whose length differs by more is no nearer; a word may be as long as a file.
        let near = known.filter { abs($0.count - length) <= limit }
        if near.isEmpty { return nil }
        let letters = Array(word.lowercased())
        let counts = counts(of: letters)
        let ranked = near.compactMap { name -> (String, Int)? in
            let others = Array(name.lowercased())
            // Most names are told apart by what letters they have.
            guard lack(of: Self.counts(of: others), in: counts) <= limit,
                let distance = distance(letters, others, atMost: limit)
            else { return nil }
            return (name, distance)
        }
        return ranked.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    /// `; did you mean "…"?` for the nearest known name, or an empty text.
    package static func hint(for word: String, among known: some Sequence<String>) -> String {
        nearest(to: word, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// How many letters of each kind there are; several kinds share a count.
    private static func counts(of letters: [Character]) -> [Int] {
        var counts = [Int](repeating: 0, count: 32)
        for letter in letters {
            counts[Int(letter.unicodeScalars.first?.value ?? 0) % counts.count] += 1
        }
        return counts
    }

    /// At least so many letters must be changed to make one count of letters of the other.
    private static func lack(of one: [Int], in other: [Int]) -> Int {
        var (more, less) = (0, 0)
        for (count, against) in zip(one, other) {
            if count > against { more += count - against } else { less += against - count }
        }
        return max(more, less)
    }

    /// Levenshtein's distance with neighbouring swaps counted as one edit; nil where it is larger
    /// than the limit.
    private static func distance(
        _ one: [Character],
        _ other: [Character],
        atMost limit: Int
    ) -> Int? {
        var older: [Int] = []
        var old = Array(0...other.count)
        for (row, letter) in one.enumerated() {
            var new = [row + 1]
            new.reserveCapacity(old.count)
            for (column, against) in other.enumerated() {
                var cost = min(
                    new[column] + 1,
                    old[column + 1] + 1,
                    old[column] + (letter == against ? 0 : 1)
                )
                if row > 0, column > 0, letter == other[column - 1], one[row - 1] == against {
                    cost = min(cost, older[column - 1] + 1)
                }
                new.append(cost)
            }
            // A row is never below both rows before it.
            if min(old.min() ?? 0, new.min() ?? 0) > limit { return nil }
            (older, old) = (old, new)
        }
        return old[other.count] <= limit ? old[other.count] : nil
    }
}
