/// Why a sample event can't be made; what to do about it.
package struct TriggerFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Makes a failure out of its text.
    package init(_ description: String) {
        self.description = description
    }
}
