import Glibc
package import Model

/// A file that stands while the daemon runs; found at a start, the last run ended without a stop.
///
/// It tells a crash from an orderly stop, so that the engine walks interrupted runs with care.
package struct StopMarker: Sendable {
    private let path: String

    /// Names the marker of a state folder.
    package init(state: String) {
        path = PathText.join(state, "till.running")
    }

    /// Puts the marker up.
    ///
    /// - Parameter now: When, for people who look into it.
    /// - Returns: Whether it stood already: the last run did not end well.
    /// - Throws: ``StartFailure`` when it can't be written.
    package func raise(at now: Timestamp) throws(StartFailure) -> Bool {
        let stood = access(path, F_OK) == 0
        let handle = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard handle >= 0 else {
            throw StartFailure(
                "\(path) can't be written: \(reason); check the state folder's owner and the disk",
                .cannotCreate
            )
        }
        defer { close(handle) }
        // What it says is for people only, so a full disk must not stop a start.
        let text = Array("pid \(getpid()), since \(now.milliseconds)\n".utf8)
        _ = write(handle, text, text.count)
        return stood
    }

    /// Takes the marker down; the last thing an orderly end does.
    ///
    /// - Throws: ``StartFailure`` when it can't be removed.
    package func lower() throws(StartFailure) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw StartFailure(
                "\(path) can't be removed: \(reason); the next start will walk with care",
                .io
            )
        }
    }

    private var reason: String { String(cString: strerror(errno)) }
}
