/// Where a run stands after what a person said of it.
package struct RunReport: Sendable, Codable, Hashable {
    /// The run's number.
    package var run: Int64
    /// Its status.
    package var status: String

    /// Makes a report.
    package init(run: Int64, status: String) {
        self.run = run
        self.status = status
    }
}
