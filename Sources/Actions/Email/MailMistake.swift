/// Why a mail cannot be written: what a person must correct, never a secret.
package struct MailMistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, without a full stop.
    package let description: String

    /// Makes a mistake.
    package init(_ description: String) {
        self.description = description
    }
}
