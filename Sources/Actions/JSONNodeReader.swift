import Model

/// Reads JSON as RFC 8259 has it, nothing more, into a ``JSONNode``.
struct JSONNodeReader {
    private let bytes: [UInt8]
    private var at = 0
    private var depth = 0

    /// Begins at the first byte of a text.
    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The one value that the text holds, or nil.
    mutating func whole() -> JSONNode? {
        guard let tree = value() else { return nil }
        skipSpace()
        return at == bytes.count ? tree : nil
    }

    private mutating func value() -> JSONNode? {
        skipSpace()
        guard at < bytes.count else { return nil }
        switch bytes[at] {
        case UInt8(ascii: "{"): return nested { $0.object() }
        case UInt8(ascii: "["): return nested { $0.array() }
        case UInt8(ascii: "\""): return string().map(JSONNode.text)
        case UInt8(ascii: "t"): return word("true", .boolean(true))
        case UInt8(ascii: "f"): return word("false", .boolean(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func nested(_ read: (inout Self) -> JSONNode?) -> JSONNode? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.jsonDepth else { return nil }
        at += 1
        return read(&self)
    }

    private mutating func object() -> JSONNode? {
        var pairs: [JSONNode.Pair] = []
        var seen: Set<String> = []
        skipSpace()
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\""), let key = string() else {
                return nil
            }
            skipSpace()
            guard take(":"), let value = value() else { return nil }
            if seen.insert(key).inserted { pairs.append(JSONNode.Pair(key, value)) }
            skipSpace()
        } while take(",")
        return take("}") ? .object(pairs) : nil
    }

    private mutating func array() -> JSONNode? {
        var items: [JSONNode] = []
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            guard let value = value() else { return nil }
            items.append(value)
            skipSpace()
        } while take(",")
        return take("]") ? .array(items) : nil
    }

    private mutating func word(_ word: StaticString, _ tree: JSONNode) -> JSONNode? {
        for byte in word.description.utf8 {
            guard at < bytes.count, bytes[at] == byte else { return nil }
            at += 1
        }
        return tree
    }

    private mutating func number() -> JSONNode? {
        let start = at
        _ = take("-")
        guard at < bytes.count else { return nil }
        if !take("0") {
            guard digits() else { return nil }
        }
        if take("."), !digits() { return nil }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            guard digits() else { return nil }
        }
        return .number(String(decoding: bytes[start..<at], as: UTF8.self))
    }

    private mutating func digits() -> Bool {
        let start = at
        while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
        return at > start
    }

    private mutating func string() -> String? {
        at += 1
        var out: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                out.append(contentsOf: String(scalar).utf8)
            case 0..<0x20: return nil
            default: out.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard at < bytes.count else { return nil }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"): return escapedScalar()
        default: return nil
        }
    }

    /// `XXXX`, or a surrogate pair `XXXX\uXXXX`; half a pair becomes U+FFFD.
    private mutating func escapedScalar() -> Unicode.Scalar? {
        guard let high = hex() else { return nil }
        guard (0xD800...0xDBFF).contains(high) else {
            return Unicode.Scalar(high) ?? "\u{FFFD}"
        }
        let back = at
        if take("\\"), take("u"), let low = hex(), (0xDC00...0xDFFF).contains(low) {
            return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        }
        at = back
        return "\u{FFFD}"
    }

    private mutating func hex() -> UInt32? {
        guard at + 4 <= bytes.count else { return nil }
        let text = String(decoding: bytes[at..<(at + 4)], as: UTF8.self)
        guard text.utf8.count == 4, !text.hasPrefix("+"), !text.hasPrefix("-"),
            let number = UInt32(text, radix: 16)
        else { return nil }
        at += 4
        return number
    }

    private mutating func skipSpace() {
        while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }
}
