import Foundation
import Model
import Outbound

/// How long a peer asks to be left alone.
enum RetryAfter {
    /// No wish is granted beyond; a peer must not park a step for ever.
    private static let limit = Duration.seconds(24 * 3600)

    /// `Retry-After` of an answer, in seconds or as a date that is compared with the answer's own.
    static func of(_ response: HTTPResponse) -> Duration? {
        guard let text = response.header("retry-after") else { return nil }
        if let seconds = Int64(text), seconds >= 0 { return min(.seconds(seconds), limit) }
        guard let until = CivilTime.moment(httpDate: text) else { return nil }
        // The peer's clock and ours may differ; its own Date is the better measure.
        let now =
            response.header("date").flatMap(CivilTime.moment(httpDate:))
            ?? Timestamp(seconds: Int64(Date().timeIntervalSince1970))
        return min(max(.zero, until.since(now)), limit)
    }

    /// `X-Sentry-Rate-Limits`, the longest that concerns events, else `Retry-After`.
    static func ofSentry(_ response: HTTPResponse) -> Duration? {
        let limits = (response.header("x-sentry-rate-limits") ?? "").split(separator: ",")
        let seconds = limits.compactMap { limit -> Int64? in
            let fields = limit.split(separator: ":", omittingEmptySubsequences: false)
            let categories = fields.dropFirst().first?.split(separator: ";") ?? []
            let concernsUs =
                categories.isEmpty
                || categories.contains { ["error", "default", "all"].contains($0) }
            return concernsUs ? Int64(fields[0].drop { $0 == " " }) : nil
        }
        guard let longest = seconds.max(), longest >= 0 else { return of(response) }
        return min(.seconds(longest), limit)
    }
}
