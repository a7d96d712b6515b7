extension Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-02-03T04:05:06.789Z`.
    package var rfc3339: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        appendRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes ``rfc3339`` behind what is there already.
    package func appendRFC3339(to bytes: inout [UInt8]) {
        let (days, ofDay) = milliseconds.floored(by: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        bytes.appendDigits(date.year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDigits(date.month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDigits(date.day, width: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.appendDigits(ofDay / 3_600_000, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDigits(ofDay / 60_000 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDigits(ofDay / 1000 % 60, width: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.appendDigits(ofDay % 1000, width: 3)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Reads `2026-02-03`, `2026-02-03T04:05` or `2026-02-03T04:05:06[.789]Z`, always UTC.
    ///
    /// A blank may stand for the `T` and the `Z` may be missing; nil for anything else.
    package init?(rfc3339 text: String) {
        let halves = text.split(maxSplits: 1) { $0 == "T" || $0 == "t" || $0 == " " }
        guard let first = halves.first else { return nil }
        let date = first.split(separator: "-", omittingEmptySubsequences: false)
        guard date.count == 3, let year = Int64(digits: date[0], 4...4),
            let month = Int64(digits: date[1], 2...2), let day = Int64(digits: date[2], 2...2),
            (1...12).contains(month),
            (1...CivilDate.length(ofMonth: month, year: year)).contains(day)
        else { return nil }
        let midnight = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400_000
        guard halves.count == 2 else {
            guard !text.contains(where: { "Tt ".contains($0) }) else { return nil }
            self.init(milliseconds: midnight)
            return
        }
        var clock = halves[1]
        if clock.last == "Z" || clock.last == "z" { clock.removeLast() }
        guard let ofDay = Self.milliseconds(ofDay: clock) else { return nil }
        self.init(milliseconds: midnight + ofDay)
    }

    /// `04:05`, `04:05:06` or `04:05:06.789` as milliseconds since midnight.
    private static func milliseconds(ofDay clock: Substring) -> Int64? {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = Int64(digits: parts[0], 2...2), hour < 24,
            let minute = Int64(digits: parts[1], 2...2), minute < 60
        else { return nil }
        let whole = (hour * 60 + minute) * 60_000
        guard parts.count == 3 else { return whole }
        let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(seconds.count), let second = Int64(digits: seconds[0], 2...2),
            second < 60
        else { return nil }
        guard seconds.count == 2 else { return whole + second * 1000 }
        guard Int64(digits: seconds[1], 1...9) != nil,
            let fraction = Int64((String(seconds[1].prefix(3)) + "00").prefix(3))
        else { return nil }
        return whole + second * 1000 + fraction
    }
}

/// A day of the Gregorian calendar.
///
/// Source: the day counting of "chrono-Compatible Low-Level Date Algorithms" (H. Hinnant), in
/// which a year begins in March so that the leap day is its last.
package struct CivilDate: Sendable, Hashable {
    /// The year; 0 is 1 BC.
    package var year: Int64
    /// The month, 1 to 12.
    package var month: Int64
    /// The day of the month, from 1.
    package var day: Int64

    /// Makes a day; it is not checked.
    package init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day so many days after 1 January 1970.
    package init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.floored(by: 146_097).quotient
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * ofYear + 2) / 153
        day = ofYear - (153 * march + 2) / 5 + 1
        month = march < 10 ? march + 3 : march - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// How many days after 1 January 1970 it is.
    package var daysSince1970: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floored(by: 400).quotient
        let yearOfEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    }

    /// How many days a month has.
    package static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    /// Division that rounds down, also below zero, with the remainder that is left.
    func floored(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// A number of so many ASCII digits and nothing else.
    fileprivate init?(digits text: Substring, _ length: ClosedRange<Int>) {
        guard length.contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        self.init(text)
    }
}

extension [UInt8] {
    /// Appends a number in decimal, zeros in front up to the width.
    fileprivate mutating func appendDigits(_ number: Int64, width: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        let digits = Array(String(number.magnitude).utf8)
        append(contentsOf: repeatElement(48, count: Swift.max(0, width - digits.count)))
        append(contentsOf: digits)
    }
}
