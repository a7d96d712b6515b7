import Model

/// Reads JSON text into a tree.
///
/// Source: RFC 8259.
struct TriggerJSONReader {
    private let bytes: [UInt8]
    private var index = 0

    /// Begins at the first byte.
    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Whether only white space is left.
    var isAtEnd: Bool {
        bytes[index...].allSatisfy { [32, 9, 10, 13].contains($0) }
    }

    /// The next value; nil where there is none.
    mutating func value(depth: Int) -> TriggerJSON? {
        guard depth <= Limits.jsonDepth else { return nil }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return text().map(TriggerJSON.text)
        default: return word()
        }
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = peek, [32, 9, 10, 13].contains(byte) { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func object(depth: Int) -> TriggerJSON? {
        index += 1
        var pairs: [TriggerJSON.Pair] = []
        if take(UInt8(ascii: "}")) { return .object(pairs) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\""), let key = text(), take(UInt8(ascii: ":")),
                let value = value(depth: depth + 1)
            else { return nil }
            pairs.append(TriggerJSON.Pair(key: key, value: value))
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? .object(pairs) : nil
    }

    private mutating func array(depth: Int) -> TriggerJSON? {
        index += 1
        var items: [TriggerJSON] = []
        if take(UInt8(ascii: "]")) { return .array(items) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            items.append(value)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? .array(items) : nil
    }

    /// A number, `true`, `false` or `null`, kept as it is spelled.
    private mutating func word() -> TriggerJSON? {
        let start = index
        while let byte = peek, !",]} \t\r\n:\"{[".utf8.contains(byte) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        let isLawful = ["true", "false", "null"].contains(word) || JSONText.isNumber(word)
        return isLawful ? .word(word) : nil
    }

    private mutating func text() -> String? {
        index += 1
        var out: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                out.append(contentsOf: String(scalar).utf8)
            case 0..<32: return nil
            default: out.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = peek else { return nil }
        index += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"):
            guard let unit = hex() else { return nil }
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard (0xD800..<0xDC00).contains(unit), peek == UInt8(ascii: "\\") else { return nil }
            index += 1
            guard peek == UInt8(ascii: "u") else { return nil }
            index += 1
            guard let low = hex(), (0xDC00..<0xE000).contains(low) else { return nil }
            return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        default: return nil
        }
    }

    private mutating func hex() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[index..<index + 4], as: UTF8.self)
        index += 4
        return digits.allSatisfy(\.isHexDigit) ? UInt32(digits, radix: 16) : nil
    }
}
