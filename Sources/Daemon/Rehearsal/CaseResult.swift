package import Model

/// What came of one rehearsed case.
package struct CaseResult: Sendable, Hashable {
    /// The case's name.
    package let name: String
    /// Where it stands.
    package let place: SourcePlace
    /// What is otherwise than expected, one line each; empty where the case passed.
    package let differences: [String]

    /// Whether all was as expected.
    package var hasPassed: Bool { differences.isEmpty }
}
