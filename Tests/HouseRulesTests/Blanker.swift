/// Replaces what is not code by blanks, keeping every line break.
///
/// It works on UTF-8, because it reads the whole tree in a debug build.
struct Blanker {
    private let text: [UInt8]
    private var position = 0
    private var out: [UInt8] = []

    /// Takes a file's text.
    init(_ text: String) {
        self.text = Array(text.utf8)
        out.reserveCapacity(self.text.count)
    }

    /// The text with comments, string and `#/…/#` literals and names in backticks blanked.
    mutating func blanked() -> String {
        while position < text.count { step() }
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func step() {
        switch text[position] {
        case UInt8(ascii: "/") where sees("//"): blank { $0 == UInt8(ascii: "\n") }
        case UInt8(ascii: "/") where sees("/*"): comment()
        case UInt8(ascii: "`"):
            blank(1)
            blank { $0 == UInt8(ascii: "`") }
            blank(1)
        case UInt8(ascii: "#") where sees("#/"):
            while position < text.count, !sees("/#") { blank(1) }
            blank(2)
        case UInt8(ascii: "#") where opensRaw(), UInt8(ascii: "\""): string()
        default:
            out.append(text[position])
            position += 1
        }
    }

    /// Whether the text goes on with these characters.
    private func sees(_ word: String) -> Bool {
        var index = position
        for byte in word.utf8 {
            guard index < text.count, text[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < text.count {
            let isBreak = text[position] == UInt8(ascii: "\n")
            out.append(isBreak ? UInt8(ascii: "\n") : UInt8(ascii: " "))
            position += 1
        }
    }

    private mutating func blank(until isEnd: (UInt8) -> Bool) {
        while position < text.count, !isEnd(text[position]) { blank(1) }
    }

    /// Whether the `#`s here are followed by a quote.
    private func opensRaw() -> Bool {
        let after = text[position...].first { $0 != UInt8(ascii: "#") }
        return after == UInt8(ascii: "\"")
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
                blank(1)
            }
        } while depth > 0 && position < text.count
    }

    private mutating func string() {
        var hashes = ""
        while sees("#") {
            hashes += "#"
            blank(1)
        }
        let quote = sees("\"\"\"") ? "\"\"\"" : "\""
        let (end, escape) = (quote + hashes, "\\" + hashes)
        blank(quote.utf8.count)
        while position < text.count, !sees(end) {
            guard text[position] == UInt8(ascii: "\\"), sees(escape) else {
                blank(1)
                continue
            }
            blank(escape.utf8.count)
            if sees("(") { interpolation() } else { blank(1) }
        }
        blank(end.utf8.count)
    }

    /// The code inside `\( )` stays visible: it is code.
    private mutating func interpolation() {
        blank(1)
        var depth = 1
        while position < text.count, depth > 0 {
            if text[position] == UInt8(ascii: "(") { depth += 1 }
            if text[position] == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { blank(1) } else { step() }
        }
    }
}
