/// Why a DSN cannot be used; never holds the DSN.
package struct SentryMistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, without a full stop.
    package let description: String

    /// Makes a mistake.
    init(_ description: String) {
        self.description = description
    }
}
