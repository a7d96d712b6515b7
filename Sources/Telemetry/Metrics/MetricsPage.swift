/// Writes samples as Prometheus' text exposition format 0.0.4.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats. All samples of a family must follow
/// one another; ``MetricsExporter`` sorts by name to see to that.
package struct MetricsPage: Sendable {
    /// What a scraper must be told about the text.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var bytes: [UInt8] = []

    /// Makes an empty page.
    package init() {}

    /// The page so far.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Writes HELP and TYPE.
    mutating func begin(_ family: MetricFamily) {
        append("# HELP ")
        append(family.name)
        append(" ")
        append(Self.escaped(family.help, quotes: false))
        append("\n# TYPE ")
        append(family.name)
        append(" ")
        append(family.kind.rawValue)
        append("\n")
    }

    /// Writes one sample.
    mutating func sample(_ name: String, _ labels: MetricLabels, _ value: Double) {
        append(name)
        append(labels, and: nil)
        append(" ")
        append(Self.number(value))
        append("\n")
    }

    /// Writes the samples of one histogram series.
    mutating func histogram(
        _ name: String,
        _ labels: MetricLabels,
        bounds: [Double],
        _ state: HistogramState
    ) {
        var total: UInt64 = 0
        for (count, bound) in zip(state.counts, bounds + [.infinity]) {
            total += count
            append(name)
            append("_bucket")
            append(labels, and: ("le", Self.number(bound)))
            append(" ")
            append(String(total))
            append("\n")
        }
        sample(name + "_sum", labels, state.sum)
        append(name)
        append("_count")
        append(labels, and: nil)
        append(" ")
        append(String(total))
        append("\n")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func append(_ labels: MetricLabels, and extra: (name: String, value: String)?)
    {
        var pairs = labels.pairs.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
        if let extra { pairs.append("\(extra.name)=\"\(extra.value)\"") }
        guard !pairs.isEmpty else { return }
        append("{" + pairs.joined(separator: ",") + "}")
    }

    /// A number as the format wants it: `+Inf`, `NaN`, whole numbers without a point.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }

    /// Backslash and line feed escaped, in label values the quote too.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
