/// The last lock before a log line leaves: what looks like a secret is masked, whoever let it
/// through.
///
/// Secrets have a type that prints masked; this catches those that hide in other texts, such as a
/// peer's answer or an address with a password.
package enum Scrubber {
    /// What stands in place of a secret.
    package static let mask = "‹secret›"

    /// Whether a key names something that must not be seen, whatever its value.
    package static func isSecret(key: String) -> Bool {
        let lower = key.lowercased()
        return secretKeys.contains { lower.contains($0) }
    }

    /// The text with everything masked that looks like a secret.
    ///
    /// Masked are Stripe's keys (`sk_`, `rk_`, `whsec_`), client secrets (`…_secret_…`),
    /// passwords in addresses (`://user:…@`), `Bearer` and `Basic` credentials, and values after
    /// words such as `password=`.
    package static func scrub(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var copied = 0
        var index = 0
        while index < bytes.count {
            guard let end = secret(in: bytes, at: &index) else {
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
    ]
    private static let prefixes = ["whsec_", "sk_", "rk_"].map { Array($0.utf8) }
    private static let schemes = ["bearer ", "basic "].map { Array($0.utf8) }
    private static let clientSecret = Array("_secret_".utf8)
    private static let words = ["password", "passwd", "secret", "token", "api_key", "apikey"].map {
        Array($0.utf8)
    }

    /// Where a secret that is announced at `index` ends; `index` is moved to its first byte.
    private static func secret(in bytes: [UInt8], at index: inout Int) -> Int? {
        switch bytes[index] | 0x20 {
        case UInt8(ascii: "w"), UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "b"),
            UInt8(ascii: "p"), UInt8(ascii: "t"), UInt8(ascii: "a"):
            key(in: bytes, at: index) ?? credentials(in: bytes, at: &index)
                ?? assigned(in: bytes, at: &index)
        case UInt8(ascii: "_") | 0x20: clientSecret(in: bytes, at: &index)
        case UInt8(ascii: ":"): addressPassword(in: bytes, at: &index)
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
