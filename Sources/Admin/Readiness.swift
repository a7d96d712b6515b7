/// Whether Till can take deliveries right now.
package enum Readiness: Sendable, Hashable {
    case ready
    /// Not now, and why: starting, the store is full or broken, stopping.
    case unready(String)
}
