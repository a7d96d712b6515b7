/// The statuses that count as done, from a text like `200-299,404`.
struct ExpectedStatuses: Sendable {
    private let ranges: [ClosedRange<Int>]

    /// Reads the text; nil when it is no list of statuses and ranges.
    init?(_ text: String) {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let plain = part.filter { $0 != " " }
            let bounds = plain.split(separator: "-", omittingEmptySubsequences: false)
                .map { $0.count == 3 ? Int($0) : nil }
            guard (1...2).contains(bounds.count), let low = bounds.first ?? nil,
                let high = bounds.last ?? nil, low <= high, low >= 200, high <= 599
            else { return nil }
            ranges.append(low...high)
        }
        self.ranges = ranges
    }

    /// Whether a status is one of them.
    func contains(_ status: Int) -> Bool {
        ranges.contains { $0.contains(status) }
    }
}
