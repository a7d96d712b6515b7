import ArgumentParser
import Model

/// A moment as `--since` takes it: a span back from now, or a date in UTC.
struct Moment: ExpressibleByArgument {
    /// The moment itself.
    let timestamp: Timestamp

    /// Reads a span such as `24h`, or a date; nil for anything else.
    init?(argument: String) {
        if let span = DurationText.parse(argument) {
            let now = Timestamp.now()
            let back = span.components.seconds.multipliedReportingOverflow(by: 1000)
            guard !back.overflow else { return nil }
            timestamp = Timestamp(milliseconds: now.milliseconds - back.partialValue)
        } else if let date = Timestamp(rfc3339: argument) {
            timestamp = date
        } else {
            return nil
        }
    }
}
