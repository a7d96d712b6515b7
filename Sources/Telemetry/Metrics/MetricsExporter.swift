package import CoreMetrics
import Synchronization

/// Keeps every metric of the process and writes them as a Prometheus page.
///
/// Counters get `_total`, timers `_seconds` where the label lacks it. A recorder that aggregates
/// is a histogram, one that does not is a gauge. Series are kept until the process ends: a
/// counter that is scraped must not go back.
package final class MetricsExporter: MetricsFactory {
    /// Series one family may have; the next ones share one whose labels all say `other`.
    package static let seriesPerFamily = 256

    private let registry = Mutex(MetricRegistry())
    private let collectors = Mutex<[@Sendable () -> [MetricSample]]>([])

    /// Makes an empty exporter.
    package init() {}

    /// Lets a closure say some values whenever a scraper asks; it must be quick.
    package func collect(_ samples: @escaping @Sendable () -> [MetricSample]) {
        collectors.withLock { $0.append(samples) }
    }

    /// The page as of now.
    package func page() -> MetricsPage {
        var families = registry.withLock { $0.families }
        for sample in collectors.withLock({ $0 }).flatMap({ $0() }) {
            let name = Self.lawful(sample.name, colons: true)
            let kind: MetricKind = name.hasSuffix("_total") ? .counter : .gauge
            let family = MetricFamily.known[name] ?? Self.unknown(name, kind, buckets: [])
            families[name, default: MetricRegistry.Family(of: family)]
                .series[sample.labels] = .sample(sample.value)
        }
        var page = MetricsPage()
        for (name, entry) in families.sorted(by: { $0.key < $1.key }) {
            page.begin(entry.family)
            for (labels, series) in entry.series.sorted(by: { $0.key < $1.key }) {
                switch series {
                case .counter(let counter): page.sample(name, labels, counter.value)
                case .gauge(let gauge): page.sample(name, labels, gauge.value)
                case .histogram(let histogram):
                    page.histogram(name, labels, bounds: histogram.bounds, histogram.value)
                case .sample(let value): page.sample(name, labels, value)
                }
            }
        }
        return page
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        if !aggregate { return gauge(label, dimensions) }
        return histogram(Self.lawful(label, colons: true), dimensions, buckets: MetricFamily.sizes)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = Self.lawful(label, colons: true)
        return histogram(
            name.hasSuffix("_seconds") ? name : name + "_seconds",
            dimensions,
            buckets: MetricFamily.seconds
        )
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        let name = Self.lawful(label, colons: true)
        let family = Self.family(name.hasSuffix("_total") ? name : name + "_total", .counter)
        let series = series(of: family, dimensions) { .counter(CounterSeries()) }
        if case .counter(let counter) = series { return counter }
        return CounterSeries()
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        let family = Self.family(Self.lawful(label, colons: true), .gauge)
        let series = series(of: family, dimensions) { .gauge(GaugeSeries()) }
        if case .gauge(let gauge) = series { return gauge }
        return GaugeSeries()
    }

    private func histogram(
        _ name: String,
        _ dimensions: [(String, String)],
        buckets: [Double]
    ) -> HistogramSeries {
        let family = Self.family(name, .histogram, buckets: buckets)
        let series = series(of: family, dimensions) {
            .histogram(HistogramSeries(bounds: family.buckets))
        }
        if case .histogram(let histogram) = series { return histogram }
        return HistogramSeries(bounds: family.buckets)
    }

    /// The series of those labels, made where there is none yet.
    ///
    /// A label used for two kinds of metric is a mistake in Till: the first kind stays on the
    /// page, the other counts for nobody.
    private func series(
        of family: MetricFamily,
        _ dimensions: [(String, String)],
        make: () -> MetricRegistry.Series
    ) -> MetricRegistry.Series {
        registry.withLock { $0.series(of: family, MetricLabels(dimensions), make: make) }
    }

    private static func family(
        _ name: String,
        _ kind: MetricKind,
        buckets: [Double] = []
    ) -> MetricFamily {
        if let known = MetricFamily.known[name], known.kind == kind { return known }
        return unknown(name, kind, buckets: buckets)
    }

    private static func unknown(
        _ name: String,
        _ kind: MetricKind,
        buckets: [Double]
    ) -> MetricFamily {
        let words = name.split(separator: "_").joined(separator: " ")
        return MetricFamily(name, kind, buckets: buckets, help: "The \(kind.rawValue) \(words).")
    }

    /// A name of letters, digits and `_` that begins with no digit; in metric names `:` may stay.
    static func lawful(_ name: String, colons: Bool) -> String {
        var out = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": out.unicodeScalars.append(scalar)
            case "0"..."9" where !out.isEmpty: out.unicodeScalars.append(scalar)
            case ":" where colons: out.unicodeScalars.append(scalar)
            default: out += "_"
            }
        }
        return out.isEmpty ? "_" : out
    }
}
