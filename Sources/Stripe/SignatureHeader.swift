/// The `Stripe-Signature` header taken apart: `t=<unix>,v1=<hex>[,v1=<hex>…]`.
///
/// Schemes other than `v1` are ignored, so that nobody can talk Till down to a weaker one.
/// Source: Stripe "Verify webhook signatures manually".
struct SignatureHeader {
    /// The time as it stands in the header; the signed text begins with exactly these characters.
    var timestampText: Substring
    /// The same time in seconds since 1970.
    var timestamp: Int64
    /// The `v1` signatures that are 64 hex digits, at most `Limits.signatures`.
    var signatures: [[UInt8]]

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - text: The header's value.
    ///   - limit: How many signatures to look at.
    /// - Throws: ``SignatureRefusal/badHeader(_:)`` where it has no single time or no `v1`.
    init(_ text: String, limit: Int) throws(SignatureRefusal) {
        var time: Substring.UTF8View?
        var found: [[UInt8]] = []
        var seen = 0
        // Bytes, not characters: this is read for every webhook.
        var rest = text.utf8[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
            let field = rest[..<end].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
            if field.starts(with: "t=".utf8) {
                let value = field.dropFirst(2)
                guard time?.elementsEqual(value) ?? true else {
                    throw .badHeader("it has more than one t=")
                }
                time = value
            } else if field.starts(with: "v1=".utf8), seen < limit {
                seen += 1
                if let bytes = Self.bytes(hex: field.dropFirst(3)) { found.append(bytes) }
            }
        }
        guard let time, time.count <= 12, time.allSatisfy({ (48...57).contains($0) }),
            let seconds = Int64(Substring(time))
        else { throw .badHeader("it has no t= with a time in seconds") }
        guard seen > 0 else { throw .badHeader("it has no v1= signature") }
        timestampText = Substring(time)
        timestamp = seconds
        signatures = found
    }

    /// The 32 bytes that 64 hex digits stand for; nil for anything else.
    private static func bytes(hex digits: Substring.UTF8View) -> [UInt8]? {
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        var high: UInt8?
        for digit in digits {
            let value: UInt8
            switch digit {
            case 48...57: value = digit - 48
            case 97...102: value = digit - 87
            case 65...70: value = digit - 55
            default: return nil
            }
            if let upper = high {
                bytes.append(upper << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
