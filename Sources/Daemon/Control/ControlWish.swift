/// What every request to the control socket may say: who asks.
package struct ControlWish: Sendable, Codable {
    /// Who asks, for the audit log: `cli:alice`.
    package var actor: String?

    /// Makes a wish.
    package init(actor: String? = nil) {
        self.actor = actor
    }

    /// The actor cut down to what the audit log takes.
    package var soundActor: String { ControlWish.sound(actor) }

    /// A name of at most 64 harmless characters; `cli` where there is none.
    package static func sound(_ actor: String?) -> String {
        let kept = (actor ?? "").filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:@".contains($0))
        }
        return kept.isEmpty ? "cli" : String(kept.prefix(64))
    }
}
