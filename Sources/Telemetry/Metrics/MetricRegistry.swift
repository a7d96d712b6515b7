/// The families and series made so far.
struct MetricRegistry: Sendable {
    /// By metric name.
    private(set) var families: [String: Family] = [:]

    /// One family with its series.
    struct Family: Sendable {
        /// What HELP and TYPE say.
        let family: MetricFamily
        /// By labels.
        var series: [MetricLabels: Series] = [:]

        /// Makes a family without series.
        init(of family: MetricFamily) {
            self.family = family
        }
    }

    /// One series, by kind.
    enum Series: Sendable {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
        /// A value looked up for one page.
        case sample(Double)
    }

    /// The series of those labels, made where there is none yet.
    mutating func series(
        of family: MetricFamily,
        _ labels: MetricLabels,
        make: () -> Series
    ) -> Series {
        let entry = families[family.name]
        if let found = entry?.series[labels] { return found }
        let isFull = (entry?.series.count ?? 0) >= MetricsExporter.seriesPerFamily
        let kept = isFull ? labels.overflow : labels
        if let found = entry?.series[kept] { return found }
        let made = make()
        guard (entry?.family.kind ?? family.kind) == family.kind else { return made }
        families[family.name, default: Family(of: family)].series[kept] = made
        return made
    }
}
