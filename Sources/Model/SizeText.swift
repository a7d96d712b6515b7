/// Sizes in bytes as people write them: `512B`, `16KiB`, `1MiB`, `2GiB`.
package enum SizeText {
    /// The units with their bytes, largest first.
    private static let units: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// The bytes, or nil where the text is not a whole number directly followed by a unit.
    package static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let number = Int(digits), let match = units.first(where: { $0.name == unit })
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: match.bytes)
        return overflow ? nil : bytes
    }

    /// The size in the largest unit that needs no fraction.
    package static func write(_ bytes: Int) -> String {
        let unit = units.first { bytes != 0 && bytes % $0.bytes == 0 }
        return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "0B"
    }
}
