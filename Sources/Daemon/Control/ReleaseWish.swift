/// The wish that held events go on.
package struct ReleaseWish: Sendable, Codable {
    /// Their ids; nil for all held ones.
    package var events: [String]?
    /// Why.
    package var reason: String?
    /// Who asks, for the audit log: `cli:alice`.
    package var actor: String?

    /// Makes a wish.
    package init(events: [String]? = nil, reason: String? = nil, actor: String? = nil) {
        self.events = events
        self.reason = reason
        self.actor = actor
    }
}
