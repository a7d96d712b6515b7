/// Replaces what is not code by blanks, keeping every line break and column.
struct Blanker {
    private let text: [Character]
    private var position = 0
    private var out = ""

    /// Takes a file's characters.
    init(_ text: [Character]) {
        self.text = text
    }

    /// The text with comments, string and `#/…/#` literals and names in backticks blanked.
    mutating func blanked() -> String {
        while position < text.count { step() }
        return out
    }

    /// Whether the text goes on with these characters.
    private func sees(_ word: String) -> Bool {
        var index = position
        for letter in word {
            guard index < text.count, text[index] == letter else { return false }
            index += 1
        }
        return true
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where position < text.count {
            out.append(text[position].isNewline ? "\n" : " ")
            position += 1
        }
    }

    private mutating func step() {
        if sees("//") {
            while position < text.count, !text[position].isNewline { blank() }
        } else if sees("/*") {
            comment()
        } else if sees("`") {
            blank()
            while position < text.count, text[position] != "`" { blank() }
            blank()
        } else if sees("#/") {
            while position < text.count, !sees("/#") { blank() }
            blank(2)
        } else if sees("\"") || (sees("#") && opensRaw()) {
            string()
        } else {
            out.append(text[position])
            position += 1
        }
    }

    /// Whether the `#`s here are followed by a quote.
    private func opensRaw() -> Bool {
        var index = position
        while index < text.count, text[index] == "#" { index += 1 }
        return index < text.count && text[index] == "\""
    }

    private mutating func comment() {
        var depth = 0
        repeat {
            if sees("/*") {
                depth += 1
                blank(2)
            } else if sees("*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && position < text.count
    }

    private mutating func string() {
        var hashes = ""
        while sees("#") {
            hashes += "#"
            blank()
        }
        let quote = sees("\"\"\"") ? "\"\"\"" : "\""
        blank(quote.count)
        while position < text.count, !sees(quote + hashes) {
            if sees("\\" + hashes + "(") {
                blank(2 + hashes.count)
                interpolation()
            } else if sees("\\" + hashes) {
                blank(2 + hashes.count)
            } else {
                blank()
            }
        }
        blank(quote.count + hashes.count)
    }

    /// The code inside `\( )` stays visible: it is code.
    private mutating func interpolation() {
        var depth = 1
        while position < text.count, depth > 0 {
            if text[position] == "(" { depth += 1 }
            if text[position] == ")" { depth -= 1 }
            if depth == 0 { blank() } else { step() }
        }
    }
}
