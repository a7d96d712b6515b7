/// JSON text that is written from its first byte to its last, into one buffer.
package struct JSONWriter: Sendable {
    private var bytes: [UInt8] = []

    /// Begins an empty text.
    package init() {
        bytes.reserveCapacity(256)
    }

    /// What was written so far.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Writes a piece that is JSON already.
    package mutating func raw(_ piece: String) {
        bytes.append(contentsOf: piece.utf8)
    }

    /// Writes an object that is to get more members: all of it but its last brace.
    package mutating func open(_ object: String) {
        bytes.append(contentsOf: object.utf8)
        bytes.removeLast()
    }

    /// Writes a text as a JSON string with its quotes, escaped as RFC 8259 §7 asks.
    package mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if Self.isPlain(text.utf8.span) {
            bytes.append(contentsOf: text.utf8)
        } else {
            escape(text.utf8.span)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a value as ``Value/asJSON`` has it.
    package mutating func value(_ value: Value) {
        if case .text(let text) = value { quoted(text) } else { raw(value.asJSON) }
    }

    /// Whether a text may stand between quotes as it is.
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        for at in text.indices {
            let byte = text[at]
            // 0xE2 begins U+2028 and U+2029, among others.
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                || byte == 0x7F || byte == 0xE2
            {
                return false
            }
        }
        return true
    }

    private mutating func escape(_ text: Span<UInt8>) {
        var at = 0
        while at < text.count {
            let byte = text[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: raw("\\n")
            case 0x0D: raw("\\r")
            case 0x09: raw("\\t")
            case 0x00..<0x20, 0x7F:
                raw(byte < 0x10 ? "\\u000" : "\\u00")
                raw(String(byte, radix: 16))
            case 0xE2 where isLineSeparator(text, at):
                raw(text[at + 1] == 0xA8 ? "\\u2028" : "\\u2029")
                at += 2
            default: bytes.append(byte)
            }
        }
    }

    /// Whether behind 0xE2 follow the two bytes that make it U+2028 or U+2029, which end a line in
    /// JavaScript.
    private func isLineSeparator(_ text: Span<UInt8>, _ at: Int) -> Bool {
        at + 1 < text.count && text[at] == 0x80 && (text[at + 1] == 0xA8 || text[at + 1] == 0xA9)
    }
}

/// JSON text without a tree.
package enum JSONText {
    /// The text as a JSON string with its quotes, escaped as RFC 8259 §7 asks.
    package static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.quoted(text)
        return writer.text
    }

    /// Whether a text is a number as JSON writes it, RFC 8259 §6.
    package static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func take(_ signs: String) -> Bool {
            guard let first = rest.first, signs.utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        func takeDigits() -> Bool {
            let more = rest.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            defer { rest = more }
            return more.startIndex != rest.startIndex
        }
        _ = take("-")
        guard take("0") || takeDigits() else { return false }
        if take("."), !takeDigits() { return false }
        if take("eE") {
            _ = take("+-")
            if !takeDigits() { return false }
        }
        return rest.isEmpty
    }
}
