/// What every store must do, topic by topic; a store's own tests run each case on a fresh subject.
package enum StoreContract {
    /// One behaviour.
    package struct Case: Sendable, CustomStringConvertible {
        /// The behaviour, as a sentence.
        package let description: String
        /// Tries it; expectations that fail are recorded by Testing.
        package let run: @Sendable (StoreSubject) async throws -> Void

        /// Names a behaviour.
        package init(
            _ description: String,
            _ run: @escaping @Sendable (StoreSubject) async throws -> Void
        ) {
            self.description = description
            self.run = run
        }
    }

    /// All topics.
    package static var all: [Case] {
        recording + choosing + settling + oncePer + idempotency + waits + retries + releases
            + auditing + rules
    }
}
