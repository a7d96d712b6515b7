/// What a person says of the action of an unsure run.
package enum UnsureVerdict: String, Sendable, Codable, CaseIterable {
    /// It happened: the run goes on with the next step.
    case done
    /// It did not happen and is given up, as the step's `on-error` says.
    case failed
    /// It is tried again under the same key.
    case retry
}
