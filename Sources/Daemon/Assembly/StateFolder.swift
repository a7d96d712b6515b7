import Foundation
import Glibc

/// The folder that holds everything Till must not lose; only its owner may look inside.
package enum StateFolder {
    /// Makes the folder where it is missing.
    ///
    /// - Parameter path: The folder.
    /// - Throws: ``StartFailure`` when it can't be made or written, or when the control socket's path
    ///   would be longer than the system allows.
    package static func prepare(_ path: String) throws(StartFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StartFailure(
                "the state folder \(path) can't be made (\(error.localizedDescription)); make it "
                    + "or name another one with --state",
                .cannotCreate
            )
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw StartFailure(
                "the state folder \(path) can't be used: \(String(cString: strerror(errno))); it "
                    + "must belong to the user Till runs as",
                .noPermission
            )
        }
        let socket = ControlSocket.path(in: path)
        guard socket.utf8.count < ControlSocket.longestPath else {
            throw StartFailure(
                "the path of the control socket, \(socket), is longer than "
                    + "\(ControlSocket.longestPath) bytes; choose a shorter state folder",
                .configuration
            )
        }
    }
}
