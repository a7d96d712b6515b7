/// Resolving the escapes of a JSON string (RFC 8259 §7).
enum JSONEscapes {
    /// The text an escaped string stands for; a lone surrogate becomes U+FFFD.
    ///
    /// - Parameter inside: What stands between the quotes, its grammar already checked.
    /// - Returns: The text.
    static func resolved(_ inside: String) -> String {
        var units: [UInt16] = []
        var rest = inside.utf16[...]
        while let unit = rest.popFirst() {
            guard unit == 0x5C, let escape = rest.popFirst() else {
                units.append(unit)
                continue
            }
            switch escape {
            case 0x62: units.append(0x08)
            case 0x66: units.append(0x0C)
            case 0x6E: units.append(0x0A)
            case 0x72: units.append(0x0D)
            case 0x74: units.append(0x09)
            case 0x75:
                let digits = String(decoding: rest.prefix(4), as: UTF16.self)
                rest = rest.dropFirst(4)
                units.append(UInt16(digits, radix: 16) ?? 0xFFFD)
            default: units.append(escape)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
