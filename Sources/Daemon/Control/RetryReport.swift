/// What became of a retry.
package struct RetryReport: Sendable, Codable, Hashable {
    /// The runs that walk again.
    package var retried: [Int64]
    /// Those that could not, each with the reason.
    package var refused: [Refusal]

    /// A run that was not retried.
    package struct Refusal: Sendable, Codable, Hashable {
        /// The run's number.
        package var run: Int64
        /// Why.
        package var reason: String

        /// Makes a refusal.
        package init(run: Int64, reason: String) {
            self.run = run
            self.reason = reason
        }
    }

    /// Makes a report.
    package init(retried: [Int64], refused: [Refusal] = []) {
        self.retried = retried
        self.refused = refused
    }
}
