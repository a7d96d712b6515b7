package import Model

/// What a person says of one run: what became of its action, or why it is taken out of the walk.
package struct ResolveWish: Sendable, Codable {
    /// What became of the action of an unsure run; nil where the run is cancelled.
    package var verdict: UnsureVerdict?
    /// How the person knows, or why.
    package var reason: String?
    /// Who asks, for the audit log: `cli:alice`.
    package var actor: String?

    /// The longest reason, in characters.
    package static let longestReason = 500

    /// Makes a wish.
    package init(
        verdict: UnsureVerdict? = nil,
        reason: String? = nil,
        actor: String? = nil
    ) {
        self.verdict = verdict
        self.reason = reason
        self.actor = actor
    }

    /// The reason in one line.
    ///
    /// - Returns: The text without control characters.
    /// - Throws: ``ControlRefusal`` when there is none, or it is too long.
    func soundReason() throws -> String {
        let text = (reason ?? "").split { $0.isWhitespace || $0 < " " || $0 == "\u{7F}" }
            .joined(separator: " ")
        guard !text.isEmpty, text.count <= Self.longestReason else {
            throw ControlRefusal(
                "a reason is needed, one sentence of at most \(Self.longestReason) characters; it "
                    + "goes into the audit log"
            )
        }
        return text
    }
}
