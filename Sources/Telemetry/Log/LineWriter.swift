import Model

/// Builds one log line: never longer than ``Limits/logLine``, never more than one line.
struct LineWriter {
    /// The line so far.
    private(set) var bytes: [UInt8] = []
    /// Whether something had to be left out.
    private(set) var isTruncated = false

    /// What one message or value may take; a longer one ends in `…`.
    static let valueLimit = Limits.logLine / 2
    /// What the fields may fill; the rest is for the truncation mark and the ends of the line.
    static let budget = Limits.logLine - 64

    /// Makes an empty line.
    init() {
        bytes.reserveCapacity(256)
    }

    /// Appends text that is known to be harmless.
    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: text.description.utf8)
    }

    /// Appends a moment as RFC 3339.
    mutating func append(_ moment: Timestamp) {
        moment.appendRFC3339(to: &bytes)
    }

    /// Appends a field through `write`, or nothing at all when the line would grow too long.
    mutating func appendField(_ write: (inout LineWriter) -> Void) {
        let mark = bytes.count
        write(&self)
        guard bytes.count > Self.budget else { return }
        bytes.removeSubrange(mark...)
        isTruncated = true
    }

    /// Appends a key: letters, digits, `_`, `-` and `.`, everything else as `_`, at most 64.
    mutating func appendKey(_ key: String) {
        if key.utf8.count <= 64, key.utf8.allSatisfy(Self.isKeyByte) {
            return bytes.append(contentsOf: key.utf8)
        }
        for byte in key.utf8.prefix(64) {
            bytes.append(Self.isKeyByte(byte) ? byte : UInt8(ascii: "_"))
        }
    }

    /// Appends a value between quotes, escaped as JSON.
    mutating func appendQuoted(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(value, quotes: true)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a value as logfmt does: bare where that is unambiguous, otherwise quoted.
    mutating func appendLogfmt(_ value: String) {
        if !value.isEmpty, value.utf8.count <= 256, value.utf8.allSatisfy(Self.isBareByte) {
            bytes.append(contentsOf: value.utf8)
        } else {
            appendQuoted(value)
        }
    }

    /// Appends a value for people to read, without quotes; what could break the line is escaped.
    mutating func appendPlain(_ value: String) {
        appendEscaped(value, quotes: false)
    }

    /// Escapes control characters, line separators and bidirectional marks, and with `quotes`
    /// what JSON needs.
    private mutating func appendEscaped(_ value: String, quotes: Bool) {
        let isPlain = value.utf8.allSatisfy { byte in
            (32...126).contains(byte) && !(quotes && (byte == 34 || byte == 92))
        }
        if isPlain, value.utf8.count <= Self.valueLimit {
            return bytes.append(contentsOf: value.utf8)
        }
        let end = bytes.count + Self.valueLimit
        for scalar in value.unicodeScalars {
            guard bytes.count < end else {
                bytes.append(contentsOf: "…".utf8)
                isTruncated = true
                return
            }
            switch scalar {
            case "\n": bytes.append(contentsOf: [92, 110])
            case "\r": bytes.append(contentsOf: [92, 114])
            case "\t": bytes.append(contentsOf: [92, 116])
            case "\"" where quotes, "\\" where quotes:
                bytes.append(contentsOf: [92, UInt8(scalar.value)])
            case _ where Self.isTreacherous(scalar): appendUnicodeEscape(scalar)
            default:
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    /// `\uXXXX`; all treacherous scalars are of the basic plane but the tags, which become a pair.
    private mutating func appendUnicodeEscape(_ scalar: Unicode.Scalar) {
        for unit in String(scalar).utf16 {
            let hex = String(unit, radix: 16)
            bytes.append(contentsOf: "\\u".utf8)
            bytes.append(contentsOf: repeatElement(48, count: 4 - hex.utf8.count))
            bytes.append(contentsOf: hex.utf8)
        }
    }

    /// Whether a scalar can break a line, steer a terminal or turn the reading direction.
    static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F: true
        case 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB:
            true
        case 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 95, 45, 46: true
        default: false
        }
    }

    /// Visible ASCII but blank, quote, `=` and backslash.
    private static func isBareByte(_ byte: UInt8) -> Bool {
        (33...126).contains(byte) && byte != 34 && byte != 61 && byte != 92
    }
}
