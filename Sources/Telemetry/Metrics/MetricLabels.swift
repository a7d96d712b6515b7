/// The labels of one series, sorted by name, with lawful names and bounded values.
package struct MetricLabels: Sendable, Hashable, Comparable {
    /// Name and value.
    let pairs: [Pair]

    /// One label.
    struct Pair: Sendable, Hashable {
        /// Its lawful name.
        let name: String
        /// Its value, not escaped yet.
        let value: String
    }

    /// Makes labels from dimensions; a value longer than 128 bytes counts as `other`.
    package init(_ dimensions: [(String, String)] = []) {
        pairs = dimensions.map { name, value in
            Pair(
                name: MetricsExporter.lawful(name, colons: false),
                value: value.utf8.count <= 128 ? value : "other"
            )
        }
        .sorted { $0.name < $1.name }
    }

    private init(pairs: [Pair]) {
        self.pairs = pairs
    }

    /// The same names, each with the value `other`: where series go that are one too many.
    var overflow: MetricLabels {
        MetricLabels(pairs: pairs.map { Pair(name: $0.name, value: "other") })
    }

    package static func < (one: MetricLabels, other: MetricLabels) -> Bool {
        one.pairs.lexicographicallyPrecedes(other.pairs) {
            ($0.name, $0.value) < ($1.name, $1.value)
        }
    }
}
