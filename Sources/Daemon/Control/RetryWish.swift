/// The wish that runs walk again.
package struct RetryWish: Sendable, Codable {
    /// Which version of the workflow; nil is `original`.
    package var version: Version?
    /// Where it begins; nil is `step`.
    package var from: Start?
    /// For dead runs: only those of this workflow.
    package var workflow: String?
    /// Who asks, for the audit log: `cli:alice`.
    package var actor: String?

    /// The versions that can be asked for.
    package enum Version: String, Sendable, Codable, CaseIterable {
        /// The one the run is pinned to.
        case original
        /// The one in force.
        case current
    }

    /// Where a retried run can begin.
    package enum Start: String, Sendable, Codable, CaseIterable {
        /// At its first step.
        case start
        /// At the step that failed.
        case step
    }

    /// Makes a wish.
    package init(
        version: Version? = nil,
        from: Start? = nil,
        workflow: String? = nil,
        actor: String? = nil
    ) {
        self.version = version
        self.from = from
        self.workflow = workflow
        self.actor = actor
    }
}
