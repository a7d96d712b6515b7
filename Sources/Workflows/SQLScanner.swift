/// Cuts SQL into tokens as far as quotes and comments need it; it knows no grammar.
struct SQLScanner {
    /// What a token is.
    enum Kind: Hashable {
        case space
        case comment
        /// `'…'`
        case text
        /// `"…"`, `` `…` `` or `[…]`
        case name
        /// Letters, digits, underscores and everything beyond ASCII.
        case word
        /// Any other byte.
        case symbol(UInt8)
        /// A quote or comment that never ends.
        case open
    }

    /// One token.
    struct Token {
        /// What it is.
        let kind: Kind
        /// Where, in bytes.
        let range: Range<Int>
    }

    private let bytes: [UInt8]
    /// The byte to look at next.
    private(set) var position: Int

    /// Begins at a byte of the text.
    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// The next token, or nil at the end.
    mutating func next() -> Token? {
        guard position < bytes.count else { return nil }
        let start = position
        let kind = scan(bytes[start])
        return Token(kind: kind, range: start..<position)
    }

    private mutating func scan(_ first: UInt8) -> Kind {
        switch first {
        case UInt8(ascii: "'"): return quoted(until: first, as: .text)
        case UInt8(ascii: "\""), UInt8(ascii: "`"): return quoted(until: first, as: .name)
        case UInt8(ascii: "["): return quoted(until: UInt8(ascii: "]"), as: .name)
        case UInt8(ascii: "-") where peek(1) == first:
            while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            return .comment
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): return blockComment()
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D:
            position += 1
            return .space
        case let byte where Self.isWord(byte):
            while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
            return .word
        default:
            position += 1
            return .symbol(first)
        }
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    /// A quote inside is doubled, except in `[…]`, which has no way to hold its end.
    private mutating func quoted(until end: UInt8, as kind: Kind) -> Kind {
        position += 1
        while position < bytes.count {
            guard bytes[position] == end else {
                position += 1
                continue
            }
            position += 1
            guard end != UInt8(ascii: "]"), position < bytes.count, bytes[position] == end else {
                return kind
            }
            position += 1
        }
        return .open
    }

    private mutating func blockComment() -> Kind {
        position += 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                position += 2
                return .comment
            }
            position += 1
        }
        return .open
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF:
            true
        default: false
        }
    }
}
