import CoreMetrics
import Synchronization

/// One series of a counter.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic<Int64>(0)
    private let fraction = Mutex(0.0)

    func increment(by step: Int64) {
        guard step > 0 else { return }
        whole.wrappingAdd(step, ordering: .relaxed)
    }

    func increment(by step: Double) {
        guard step > 0, step.isFinite else { return }
        fraction.withLock { $0 += step }
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fraction.withLock { $0 = 0 }
    }

    /// What it counted so far.
    var value: Double { Double(whole.load(ordering: .relaxed)) + fraction.withLock { $0 } }
}

/// One series of a gauge.
final class GaugeSeries: MeterHandler, RecorderHandler {
    private let number = Mutex(0.0)

    func set(_ value: Int64) {
        set(Double(value))
    }

    func set(_ value: Double) {
        number.withLock { $0 = value }
    }

    func increment(by step: Double) {
        guard step.isFinite else { return }
        number.withLock { $0 += step }
    }

    func decrement(by step: Double) {
        increment(by: -step)
    }

    func record(_ value: Int64) {
        set(Double(value))
    }

    func record(_ value: Double) {
        set(value)
    }

    /// Where it stands.
    var value: Double { number.withLock { $0 } }
}

/// One series of a histogram; timers give it nanoseconds, recorders its own unit.
final class HistogramSeries: TimerHandler, RecorderHandler {
    /// The upper bounds, rising.
    let bounds: [Double]
    private let state: Mutex<HistogramState>

    /// Makes an empty histogram.
    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(HistogramState(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(duration) / 1_000_000_000)
    }

    func record(_ value: Int64) {
        record(Double(value))
    }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        let slot = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[slot] += 1
            $0.sum += value
        }
    }

    /// The observations so far, all of one moment.
    var value: HistogramState { state.withLock { $0 } }
}

/// The observations of one histogram series.
struct HistogramState: Sendable {
    /// How many fell under each bound and above the one before; the last is for infinity.
    var counts: [UInt64]
    /// The sum of all observed values.
    var sum = 0.0
}
