import Foundation
import Model
import Testing

@Suite struct `A moment as text` {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_770_091_506_789, "2026-02-03T04:05:06.789Z"),
        (951_827_696_001, "2000-02-29T12:34:56.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    ])
    func `is RFC 3339 in UTC`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
        #expect(Timestamp(rfc3339: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        Int64.min, Int64.min + 1, Int64.max, 1 << 60, -(1 << 60), Int64.max / 1000,
    ])
    func `any number an event may carry is some moment`(number: Int64) {
        let moment = Timestamp(seconds: number)

        #expect(moment.rfc3339.hasSuffix("Z"))
        #expect(Timestamp(milliseconds: number).rfc3339.hasSuffix("Z"))
        #expect(Timestamp(seconds: moment.seconds) <= moment)
        #expect((number > 0) == (moment > Timestamp(seconds: 0)))
        #expect(moment + .seconds(1) >= moment)
        #expect(moment.since(Timestamp(milliseconds: .min)) >= .zero)
    }

    @Test func `agrees with the system's calendar on many days since 1602`() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<2_000 {
            let milliseconds = Int64.random(in: -11_600_000_000_000...200_000_000_000_000)
            let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
            let whole = Timestamp(milliseconds: milliseconds / 1000 * 1000)
            #expect(whole.rfc3339 == style.format(date), "\(milliseconds)")
        }
    }

    @Test(arguments: [
        ("2026-02-03", "2026-02-03T00:00:00.000Z"),
        ("2026-02-03T04:05", "2026-02-03T04:05:00.000Z"),
        ("2026-02-03 04:05:06", "2026-02-03T04:05:06.000Z"),
        ("2026-02-03T04:05:06.7Z", "2026-02-03T04:05:06.700Z"),
    ])
    func `may be short`(text: String, full: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == full)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2025-02-29", "2026-02-03T", "2026-02-03T24:00", "2026-02-03T04",
        "2026-2-3", "2026-02-03T04:05:60", "2026-02-03T04:05:06.", "26-02-03",
        "2026-02-03T04:05:06+01:00",
        "+026-02-03",
    ])
    func `is refused when it is none`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }
}
