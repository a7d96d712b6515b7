import Glibc
package import Hummingbird
package import Logging
package import NIOCore

/// The unix socket in the state folder that the command line speaks to; only its owner can.
package enum ControlSocket {
    /// Bytes a socket's path may have, its end counted.
    ///
    /// Source: `sun_path` of unix(7).
    package static let longestPath = 108

    /// Where the socket of a state folder is.
    package static func path(in state: String) -> String {
        PathText.join(state, "till.sock")
    }

    /// Checks that the socket's path fits into an address.
    ///
    /// - Parameter state: The state folder.
    /// - Throws: ``StartFailure`` when it is too long.
    static func check(state: String) throws(StartFailure) {
        let path = path(in: state)
        guard path.utf8.count < longestPath else {
            throw StartFailure(
                "the control socket's path \(path) is longer than \(longestPath - 1) bytes; choose "
                    + "a shorter state folder",
                .configuration
            )
        }
    }

    /// Makes the service that listens on the socket; a stale file of an earlier run is replaced.
    ///
    /// - Parameters:
    ///   - path: The socket's path; the caller holds the state folder's lock.
    ///   - site: What answers.
    ///   - logger: For the server itself.
    ///   - onRunning: Called once it listens.
    /// - Returns: A service.
    package static func service(
        path: String,
        site: ControlSite,
        logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        unlink(path)
        return Application(
            responder: site.responder(),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)),
            onServerRunning: { channel in
                if chmod(path, 0o600) != 0 {
                    logger.error(
                        "the control socket's mode could not be set",
                        metadata: ["path": "\(path)", "errno": "\(errno)"]
                    )
                }
                await onRunning(channel)
            },
            logger: logger
        )
    }
}
