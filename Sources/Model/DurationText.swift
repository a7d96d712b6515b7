/// Spans of time as people write them: `250ms`, `30s`, `5m`, `2h`, `3d`.
package enum DurationText {
    /// The units with their length in milliseconds, longest first.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// The span, or nil where the text is not a whole number directly followed by a unit.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let number = Int64(digits), let match = units.first(where: { $0.name == unit })
        else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: match.milliseconds)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    /// The span in the largest unit that needs no fraction; parts of a millisecond are left out.
    package static func write(_ span: Duration) -> String {
        let milliseconds =
            span.components.seconds * 1000 + span.components.attoseconds / 1_000_000_000_000_000
        let unit = units.first { milliseconds != 0 && milliseconds % $0.milliseconds == 0 }
        return unit.map { "\(milliseconds / $0.milliseconds)\($0.name)" } ?? "0s"
    }
}
