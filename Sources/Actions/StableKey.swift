import Crypto

/// What is derived from a call's key, so that every attempt at one step says the same.
package enum StableKey {
    /// The first 32 hexadecimal digits of the key's SHA-256.
    ///
    /// Shape: also a UUID without dashes, which is what Sentry wants of an event's id.
    package static func hash(of key: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = SHA256.hash(data: Array(key.utf8)).prefix(16)
        let hex = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: hex, as: UTF8.self)
    }

    /// The key where a header can carry it, else its hash; at most 255 characters.
    package static func headerValue(of key: String) -> String {
        let fits = key.utf8.count <= 255 && key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return fits && !key.isEmpty ? key : hash(of: key)
    }

    /// A file name that shows the key and belongs to it alone; at most 180 characters.
    package static func fileName(of key: String) -> String {
        let plain = key.utf8.map { byte -> UInt8 in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "~"): byte
            default: UInt8(ascii: "-")
            }
        }
        return String(decoding: plain.prefix(160), as: UTF8.self) + "-" + hash(of: key).prefix(12)
    }
}
