/// One value that is looked up when a scraper asks, such as the size of a file.
package struct MetricSample: Sendable {
    /// The family's name.
    package let name: String
    /// Its labels.
    package let labels: MetricLabels
    /// The value.
    package let value: Double

    /// Makes a sample.
    package init(_ name: String, _ dimensions: [(String, String)] = [], _ value: Double) {
        self.name = name
        labels = MetricLabels(dimensions)
        self.value = value
    }
}
