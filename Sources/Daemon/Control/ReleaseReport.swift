/// What became of the wish that held events go on.
package struct ReleaseReport: Sendable, Codable, Hashable {
    /// The ids of those that go on.
    package var released: [String]
    /// Why others do not, one sentence each, with the id in it.
    package var refused: [String]

    /// Makes a report.
    package init(released: [String] = [], refused: [String] = []) {
        self.released = released
        self.refused = refused
    }
}
