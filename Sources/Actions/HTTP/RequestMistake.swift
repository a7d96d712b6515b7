/// Why a request cannot be built from a step's inputs.
struct RequestMistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, without a full stop.
    let description: String

    /// Makes a mistake.
    init(_ description: String) {
        self.description = description
    }
}
