package import Model

/// What a scraper asks of the store every few seconds; quick however many runs there are.
package protocol RunGauging: Sendable {
    /// The runs that have not ended well, counted.
    func openRuns() throws(StoreFailure) -> OpenRuns
}

/// Runs that have not ended well.
package struct OpenRuns: Sendable, Hashable {
    /// How many stand at *pending*, *running*, *waiting*, *failed*, *dead*, *unsure*.
    package var counts: [RunStatus: Int]
    /// When the oldest of those that will still walk by themselves was made; nil where there is
    /// none.
    package var oldest: Timestamp?
    /// When the oldest at each of those statuses was made.
    package var oldestByStatus: [RunStatus: Timestamp]

    /// Makes the counts.
    package init(
        counts: [RunStatus: Int] = [:],
        oldest: Timestamp? = nil,
        oldestByStatus: [RunStatus: Timestamp] = [:]
    ) {
        self.counts = counts
        self.oldest = oldest
        self.oldestByStatus = oldestByStatus
    }
}
