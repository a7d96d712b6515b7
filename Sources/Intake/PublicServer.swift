package import Hummingbird
package import HummingbirdCore
package import Logging
internal import Model
internal import NIOCore

/// The public listener: Hummingbird with Till's limits on headers, time and connections.
package enum PublicServer {
    /// How the listener is bounded.
    package struct Bounds: Sendable {
        /// How long a connection may be silent.
        package var idleTime = Limits.idleTime
        /// How long a request may take to arrive whole, and its answer to be read.
        package var requestTime = Limits.requestTime
        /// Open connections.
        package var connections = Limits.connections

        /// The defaults.
        package init() {}
    }

    /// Makes the service that listens and hands requests to a door.
    ///
    /// - Parameters:
    ///   - door: What answers: a ``Door``, or less of it where that is measured.
    ///   - address: Where to listen.
    ///   - bounds: The limits.
    ///   - logger: For the server itself.
    ///   - onRunning: Called with the bound channel once it listens.
    /// - Returns: A service; graceful shutdown stops accepting and lets requests under way end.
    package static func make<Responder: HTTPResponder>(
        door: Responder,
        address: BindAddress,
        bounds: Bounds = Bounds(),
        logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<Responder> where Responder.Context == DoorContext {
        let limit = amount(bounds.requestTime)
        let lobby = Lobby(capacity: bounds.connections)
        return Application(
            responder: door,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        ConnectionKeeper(limit: limit, lobby: lobby), Farewell(),
                    ],
                    idleTimeout: amount(bounds.idleTime),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10,
                        maxHeaderListSize: 16 << 10,
                        maxHeaderFieldCount: 100
                    )
                )
            ),
            configuration: ApplicationConfiguration(
                address: address,
                serverName: nil,
                backlog: Limits.backlog,
                availableConnectionsDelegate: Turnstile(lobby: lobby)
            ),
            onServerRunning: onRunning,
            logger: logger
        )
    }

    private static func amount(_ duration: Duration) -> TimeAmount {
        let parts = duration.components
        return .nanoseconds(parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000)
    }
}
