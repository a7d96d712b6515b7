import ArgumentParser
import Foundation
import Model

/// A moment as `--since` takes it: a span back from now, or a date in UTC.
struct Moment: ExpressibleByArgument {
    /// The moment itself.
    let timestamp: Timestamp

    init?(argument: String) {
        if let span = DurationText.parse(argument) {
            let now = Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000))
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
