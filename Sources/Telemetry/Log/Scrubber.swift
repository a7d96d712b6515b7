/// The last lock before a log line leaves: what looks like a secret, a card number or a person's
/// mail address is masked, whoever let it through.
///
/// Secrets have a type that prints masked; this catches those that hide in other texts, such as a
/// peer's answer or an address with a password.
package enum Scrubber {
    /// What stands in place of a secret.
    package static let mask = "‹secret›"

    /// Whether a key names something that must not be seen, whatever its value.
    package static func isSecret(key: String) -> Bool {
        let bytes = Array(key.utf8)
        return bytes.indices.contains { index in
            beginsSecretKey[Int(bytes[index] | 0x20)]
                && secretKeys.contains { starts(bytes, at: index, with: $0) }
        }
    }

    /// The text with everything masked that looks like a secret.
    ///
    /// Masked are Stripe's keys (`sk_`, `rk_`, `whsec_`), client secrets (`…_secret_…`),
    /// passwords in addresses (`://user:…@`), `Bearer` and `Basic` credentials, values after words
    /// such as `password=`, card numbers, and mail addresses up to their `@`.
    package static func scrub(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var copied = 0
        var index = 0
        while index < bytes.count {
            guard let end = secret(in: bytes, at: &index, copied) else {
                index += 1
                continue
            }
            output.append(contentsOf: bytes[copied..<index])
            output.append(contentsOf: mask.utf8)
            copied = end
            index = end
        }
        guard copied > 0 else { return text }
        output.append(contentsOf: bytes[copied...])
        return String(decoding: output, as: UTF8.self)
    }

    private static let secretKeys = [
        "password", "passwd", "secret", "authorization", "api_key", "apikey", "api-key", "token",
        "cookie", "credential", "signature", "private_key",
    ].map { Array($0.utf8) }
    /// Whether one of those words begins with that byte.
    private static let beginsSecretKey = (0...255).map { byte in
        secretKeys.contains { Int($0[0]) == byte }
    }
    private static let prefixes = ["whsec_", "sk_", "rk_"].map { Array($0.utf8) }
    private static let schemes = ["bearer ", "basic "].map { Array($0.utf8) }
    private static let clientSecret = Array("_secret_".utf8)
    private static let words = ["password", "passwd", "secret", "token", "api_key", "apikey"].map {
        Array($0.utf8)
    }

    /// Where a secret that is announced at `index` ends; `index` is moved to its first byte, never
    /// before `floor`.
    private static func secret(in bytes: [UInt8], at index: inout Int, _ floor: Int) -> Int? {
        switch bytes[index] | 0x20 {
        case UInt8(ascii: "w"), UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "b"),
            UInt8(ascii: "p"), UInt8(ascii: "t"), UInt8(ascii: "a"):
            key(in: bytes, at: index) ?? credentials(in: bytes, at: &index)
                ?? assigned(in: bytes, at: &index)
        case UInt8(ascii: "_") | 0x20: clientSecret(in: bytes, at: &index)
        case UInt8(ascii: ":"): addressPassword(in: bytes, at: &index)
        case UInt8(ascii: "3")...UInt8(ascii: "6"), UInt8(ascii: "2"): card(in: bytes, at: index)
        case UInt8(ascii: "@") | 0x20: mailbox(in: bytes, at: &index, floor)
        default: nil
        }
    }

    /// `sk_…`, `rk_…`, `whsec_…` at the beginning of a word.
    private static func key(in bytes: [UInt8], at index: Int) -> Int? {
        guard index == 0 || !isWord(bytes[index - 1]) else { return nil }
        for prefix in prefixes where starts(bytes, at: index, with: prefix) {
            let end = endOfWord(in: bytes, from: index + prefix.count)
            return end - index >= prefix.count + 6 ? end : nil
        }
        return nil
    }

    /// `Bearer …` and `Basic …`, as in an Authorization header.
    private static func credentials(in bytes: [UInt8], at index: inout Int) -> Int? {
        guard index == 0 || !isWord(bytes[index - 1]) else { return nil }
        for scheme in schemes where starts(bytes, at: index, with: scheme) {
            let end = endOfValue(in: bytes, from: index + scheme.count)
            guard end - index >= scheme.count + 8 else { return nil }
            index += scheme.count
            return end
        }
        return nil
    }

    /// The value after `password=`, `"secret": "…"` and the like.
    private static func assigned(in bytes: [UInt8], at index: inout Int) -> Int? {
        for word in words where starts(bytes, at: index, with: word) {
            var start = index + word.count
            if start < bytes.count, bytes[start] == UInt8(ascii: "\"") { start += 1 }
            guard start < bytes.count, bytes[start] == 61 || bytes[start] == 58 else { return nil }
            start += 1
            while start < bytes.count, bytes[start] == 32 || bytes[start] == 34 { start += 1 }
            let end = endOfValue(in: bytes, from: start)
            guard end > start else { return nil }
            index = start
            return end
        }
        return nil
    }

    /// The tail of Stripe's client secrets, `pi_…_secret_…`.
    private static func clientSecret(in bytes: [UInt8], at index: inout Int) -> Int? {
        guard starts(bytes, at: index, with: clientSecret) else { return nil }
        let start = index + clientSecret.count
        let end = endOfWord(in: bytes, from: start)
        guard end - start >= 6 else { return nil }
        index = start
        return end
    }

    /// The password of `scheme://user:password@host`.
    private static func addressPassword(in bytes: [UInt8], at index: inout Int) -> Int? {
        guard starts(bytes, at: index, with: [58, 47, 47]) else { return nil }
        var colon: Int?
        var cursor = index + 3
        while cursor < bytes.count, !isBoundary(bytes[cursor]), bytes[cursor] != 47 {
            if bytes[cursor] == 58, colon == nil { colon = cursor }
            if bytes[cursor] == 64 {
                guard let colon else { return nil }
                index = colon + 1
                return cursor
            }
            cursor += 1
        }
        return nil
    }

    /// 13 to 19 digits of a card scheme, single blanks or hyphens between, whose check digit fits.
    ///
    /// Source: ISO/IEC 7812-1; times in milliseconds begin with a 1 and are none.
    private static func card(in bytes: [UInt8], at index: Int) -> Int? {
        guard (50...54).contains(bytes[index]), index == 0 || !isWord(bytes[index - 1]) else {
            return nil
        }
        var digits: [Int] = []
        var end = index
        var cursor = index
        while cursor < bytes.count, digits.count <= 19 {
            if (48...57).contains(bytes[cursor]) {
                digits.append(Int(bytes[cursor]) - 48)
                end = cursor + 1
            } else if end < cursor || bytes[cursor] != 32 && bytes[cursor] != 45 {
                break
            }
            cursor += 1
        }
        guard (13...19).contains(digits.count), end == bytes.count || !isWord(bytes[end]) else {
            return nil
        }
        let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
            let doubled = digit.offset % 2 == 0 ? digit.element : digit.element * 2
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        return sum % 10 == 0 ? end : nil
    }

    /// What stands before the `@` of a mail address.
    private static func mailbox(in bytes: [UInt8], at index: inout Int, _ floor: Int) -> Int? {
        guard bytes[index] == UInt8(ascii: "@") else { return nil }
        // A wrong address is one too: it may have two of them.
        let domain = bytes[index...].drop { $0 == UInt8(ascii: "@") }
            .prefix { isWord($0) || $0 == 45 || $0 == 46 }
        guard domain.dropFirst().dropLast().contains(46) else { return nil }
        var start = index
        while start > floor, isMailbox(bytes[start - 1]) { start -= 1 }
        guard start < index else { return nil }
        defer { index = start }
        return index
    }

    /// Whether lower-cased bytes begin with that prefix.
    private static func starts(_ bytes: [UInt8], at index: Int, with prefix: [UInt8]) -> Bool {
        guard bytes.count - index >= prefix.count else { return false }
        for offset in prefix.indices {
            let byte = bytes[index + offset]
            let lower = (65...90).contains(byte) ? byte | 0x20 : byte
            if lower != prefix[offset] { return false }
        }
        return true
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 95: true
        default: false
        }
    }

    /// What stands in mailboxes: letters, digits, and signs that do not end a word.
    private static func isMailbox(_ byte: UInt8) -> Bool {
        isWord(byte) || byte >= 0x80 || [33, 35, 37, 38, 39, 42, 43, 45, 46, 126].contains(byte)
    }

    private static func isBoundary(_ byte: UInt8) -> Bool {
        byte <= 32 || byte == 34 || byte == 39 || byte == 44 || byte == 59 || byte == 125
    }

    private static func endOfWord(in bytes: [UInt8], from start: Int) -> Int {
        bytes[start...].firstIndex { !isWord($0) } ?? bytes.count
    }

    private static func endOfValue(in bytes: [UInt8], from start: Int) -> Int {
        guard start <= bytes.count else { return start }
        return bytes[start...].firstIndex { isBoundary($0) || $0 == 38 } ?? bytes.count
    }
}
