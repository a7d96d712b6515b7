import Model

/// The bounds that a person may move; all others are fixed in ``Limits``.
package struct LimitSettings: Sendable, Hashable {
    /// A webhook's body, in bytes.
    package var body = Limits.body
    /// Open connections on the public listener.
    package var connections = Limits.connections
    /// Refused requests of one client in a minute that are answered with a reason.
    package var refusedPerMinute = Limits.refusedPerMinute
    /// How long a whole request may take to arrive.
    package var requestTime = Limits.requestTime
    /// How long a connection may be silent.
    package var idleTime = Limits.idleTime

    /// The defaults.
    package init() {}
}
