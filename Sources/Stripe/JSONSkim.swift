internal import Model

/// Walks over JSON text without building a tree: checks its grammar (RFC 8259) and finds members.
///
/// All positions are UTF-8 offsets into the text. Of several members of one name the first counts,
/// as SQLite's JSON functions have it.
enum JSONSkim {
    /// Why a text is no JSON that Till takes.
    struct Problem: Error {
        /// What is wrong.
        let reason: String
        /// Where, in UTF-8 bytes from the start.
        let offset: Int
    }

    /// Passes white space.
    static func skipSpace(_ bytes: Span<UInt8>, _ at: inout Int) {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    /// Passes one value of any kind; `at` stands on its first byte and ends behind its last.
    static func skipValue(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        depth: Int = 0
    ) throws(Problem) {
        guard at < bytes.count else { throw Problem(reason: "it ends too early", offset: at) }
        switch bytes[at] {
        case UInt8(ascii: "{"):
            try members(bytes, &at, depth: depth) {
                (_, _, at: inout Int) throws(Problem) in
                try skipValue(bytes, &at, depth: depth + 1)
            }
        case UInt8(ascii: "["): try skipArray(bytes, &at, depth: depth)
        case UInt8(ascii: "\""): try skipString(bytes, &at)
        case UInt8(ascii: "t"): try skipWord("true", bytes, &at)
        case UInt8(ascii: "f"): try skipWord("false", bytes, &at)
        case UInt8(ascii: "n"): try skipWord("null", bytes, &at)
        default: try skipNumber(bytes, &at)
        }
    }

    /// Passes an object and hands each member's key (without quotes) to `visit`, which passes its
    /// value.
    static func members(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        depth: Int,
        visit: (_ keyStart: Int, _ keyEnd: Int, _ at: inout Int) throws(Problem) -> Void
    ) throws(Problem) {
        try enter(bytes, at, depth)
        at += 1
        skipSpace(bytes, &at)
        if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
            at += 1
            return
        }
        while true {
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
                throw Problem(reason: "a member's name is expected", offset: at)
            }
            let keyStart = at + 1
            try skipString(bytes, &at)
            let keyEnd = at - 1
            skipSpace(bytes, &at)
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else {
                throw Problem(reason: "a colon is expected", offset: at)
            }
            at += 1
            skipSpace(bytes, &at)
            try visit(keyStart, keyEnd, &at)
            skipSpace(bytes, &at)
            guard at < bytes.count else { throw Problem(reason: "it ends too early", offset: at) }
            if bytes[at] == UInt8(ascii: "}") { break }
            guard bytes[at] == UInt8(ascii: ",") else {
                throw Problem(reason: "a comma or } is expected", offset: at)
            }
            at += 1
            skipSpace(bytes, &at)
        }
        at += 1
    }

    private static func skipArray(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        depth: Int
    ) throws(Problem) {
        try enter(bytes, at, depth)
        at += 1
        skipSpace(bytes, &at)
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
            at += 1
            return
        }
        while true {
            try skipValue(bytes, &at, depth: depth + 1)
            skipSpace(bytes, &at)
            guard at < bytes.count else { throw Problem(reason: "it ends too early", offset: at) }
            if bytes[at] == UInt8(ascii: "]") { break }
            guard bytes[at] == UInt8(ascii: ",") else {
                throw Problem(reason: "a comma or ] is expected", offset: at)
            }
            at += 1
            skipSpace(bytes, &at)
        }
        at += 1
    }

    private static func enter(_ bytes: Span<UInt8>, _ at: Int, _ depth: Int) throws(Problem) {
        guard depth < Limits.jsonDepth else {
            throw Problem(reason: "it is nested deeper than \(Limits.jsonDepth)", offset: at)
        }
    }

    /// Passes a string; `at` stands on its opening quote.
    static func skipString(_ bytes: Span<UInt8>, _ at: inout Int) throws(Problem) {
        at += 1
        while true {
            skipPlain(bytes, &at)
            guard at < bytes.count else {
                throw Problem(reason: "a string has no end", offset: at)
            }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return
            case UInt8(ascii: "\\"): try skipEscape(bytes, &at)
            default: throw Problem(reason: "a control character stands in a string", offset: at)
            }
        }
    }

    /// Passes all that may stand in a string as it is, eight bytes at a time while there are eight:
    /// most of an event is strings.
    private static func skipPlain(_ bytes: Span<UInt8>, _ at: inout Int) {
        let raw = unsafe bytes.bytes
        while at + 8 <= raw.byteCount {
            // The condition keeps all eight bytes inside the span.
            let load = unsafe raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            let word = UInt64(littleEndian: load)
            // The highest bit of each byte that is a quote, a backslash or below a space. Above the
            // first such byte there may be others by mistake (a borrow), below it there is none.
            let ones: UInt64 = 0x0101_0101_0101_0101
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            let found =
                ((quote &- ones) & ~quote | (slash &- ones) & ~slash
                    | (word &- ones &* 0x20) & ~word) & (ones &* 0x80)
            guard found == 0 else {
                at += found.trailingZeroBitCount / 8
                return
            }
            at += 8
        }
        while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""),
            bytes[at] != UInt8(ascii: "\\")
        {
            at += 1
        }
    }

    private static func skipEscape(_ bytes: Span<UInt8>, _ at: inout Int) throws(Problem) {
        guard at + 1 < bytes.count else { throw Problem(reason: "a string has no end", offset: at) }
        switch bytes[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            guard at + 5 < bytes.count else {
                throw Problem(reason: "a string has no end", offset: at)
            }
            for index in at + 2..<at + 6 where !isHexDigit(bytes[index]) {
                throw Problem(reason: "\\u needs four hex digits", offset: index)
            }
            at += 6
        default: throw Problem(reason: "an unknown escape stands in a string", offset: at)
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...70, 97...102: true
        default: false
        }
    }

    private static func skipWord(
        _ word: StaticString,
        _ bytes: Span<UInt8>,
        _ at: inout Int
    ) throws(Problem) {
        guard equals(bytes, at, at + word.utf8CodeUnitCount, word) else {
            throw Problem(reason: "a value is expected", offset: at)
        }
        at += word.utf8CodeUnitCount
    }

    /// Whether the bytes from `start` up to `end` are that ASCII word.
    static func equals(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ word: StaticString
    ) -> Bool {
        let count = word.utf8CodeUnitCount
        guard end - start == count, end <= bytes.count else { return false }
        for index in 0..<count {
            // StaticString offers its bytes only through a pointer; the index is within its count.
            let expected = unsafe word.utf8Start[index]
            guard bytes[start + index] == expected else { return false }
        }
        return true
    }

    private static func skipNumber(_ bytes: Span<UInt8>, _ at: inout Int) throws(Problem) {
        let start = at
        if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "0") {
            at += 1
        } else {
            try skipDigits(bytes, &at, start: start)
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try skipDigits(bytes, &at, start: start)
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
                at += 1
            }
            try skipDigits(bytes, &at, start: start)
        }
    }

    private static func skipDigits(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        start: Int
    ) throws(Problem) {
        let first = at
        while at < bytes.count, (48...57).contains(bytes[at]) { at += 1 }
        guard at > first else { throw Problem(reason: "a value is expected", offset: start) }
    }
}
