import Store

/// Why a wish of the command line is not granted; what to do about it.
package struct ControlRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Makes a refusal out of its text.
    package init(_ description: String) {
        self.description = description
    }

    /// Says why the store does not grant a wish.
    init(_ failure: StoreFailure) {
        self.init(failure.reason)
    }
}
