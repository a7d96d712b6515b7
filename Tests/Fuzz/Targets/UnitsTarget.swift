import Glibc
import Model
import Outbound

@testable import Actions
@testable import Stripe

/// Spans, sizes and times: what is written must read as what it was, at any number.
enum UnitsTarget {
    /// Runs a text, and the number in its first eight bytes, through it.
    static func run(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        try spans(text)
        try times(text)
        if bytes.count >= 8 {
            let number = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            try moments(Int64(bitPattern: number))
        }
    }

    private static func spans(_ text: String) throws(Broken) {
        if let span = DurationText.parse(text) {
            let written = DurationText.write(span)
            try Broken.unless(DurationText.parse(written) == span, "\(text) became \(written)")
            try Broken.unless(span >= .zero, "\(text) is below zero")
        }
        if let size = SizeText.parse(text) {
            let written = SizeText.write(size)
            try Broken.unless(SizeText.parse(written) == size, "\(text) became \(written)")
        }
    }

    private static func times(_ text: String) throws(Broken) {
        if let moment = Timestamp(rfc3339: text) {
            let again = Timestamp(rfc3339: moment.rfc3339)
            try Broken.unless(again == moment, "\(text) became \(moment.rfc3339)")
        }
        if let seconds = RFC3339.seconds(text) {
            try Broken.unless(
                seconds == systemSeconds(text),
                "\(text): \(seconds), not \(systemSeconds(text) ?? 0)"
            )
        }
        if let moment = CivilTime.moment(httpDate: text) {
            let date = CivilTime(moment).mailDate.replacing("+0000", with: "GMT")
            try Broken.unless(
                CivilTime.moment(httpDate: date) == moment,
                "\(text) became \(date)"
            )
        }
        for headers in [
            [("retry-after", text)], [("x-sentry-rate-limits", text)],
            [("retry-after", text), ("date", text)],
        ] {
            let response = HTTPResponse(status: 429, headers: headers)
            for wish in [RetryAfter.of(response), RetryAfter.ofSentry(response)] {
                guard let wish else { continue }
                try Broken.unless(
                    wish >= .zero && wish <= .seconds(86_400),
                    "a peer parks a step for \(wish)"
                )
            }
        }
        _ = ExpectedStatuses(text)
    }

    /// Times that an event may carry: any number at all.
    private static func moments(_ number: Int64) throws(Broken) {
        let ours = [Timestamp(seconds: number), Timestamp(milliseconds: number)]
        for moment in ours {
            try Broken.unless(
                Timestamp(seconds: moment.seconds) <= moment,
                "\(moment.milliseconds) is not rounded down"
            )
            let date = CivilTime(moment).mailDate
            try Broken.unless(date.hasSuffix(" +0000"), date)
            let text = moment.rfc3339
            if text.utf8.count == 24 {
                try Broken.unless(Timestamp(rfc3339: text) == moment, "misread: \(text)")
            }
            for span in [Duration.seconds(86_400), .milliseconds(number), .zero - .seconds(1)] {
                let later = moment + span
                if span >= .zero { try Broken.unless(later >= moment, "time ran backwards") }
            }
            try Broken.unless(moment.since(moment) == .zero, "no time is some time")
            _ = moment.since(Timestamp(milliseconds: .min))
        }
        _ = DurationText.write(.milliseconds(number))
        _ = SizeText.write(Int(number))
    }

    /// The same moment by the C library's calendar.
    private static func systemSeconds(_ text: String) -> Int64? {
        func number(_ start: Int, _ count: Int) -> Int32 {
            Int32(String(decoding: text.utf8.dropFirst(start).prefix(count), as: UTF8.self)) ?? -1
        }
        var parts = tm()
        parts.tm_year = number(0, 4) - 1900
        parts.tm_mon = number(5, 2) - 1
        parts.tm_mday = number(8, 2)
        parts.tm_hour = number(11, 2)
        parts.tm_min = number(14, 2)
        parts.tm_sec = number(17, 2)
        let zone = text.utf8.suffix(6)
        guard zone.last != UInt8(ascii: "Z"), zone.last != UInt8(ascii: "z") else {
            return Int64(timegm(&parts))
        }
        let count = text.utf8.count
        let offset = Int64(number(count - 5, 2)) * 3600 + Int64(number(count - 2, 2)) * 60
        let sign: Int64 = zone.first == UInt8(ascii: "-") ? -1 : 1
        return Int64(timegm(&parts)) - sign * offset
    }
}
