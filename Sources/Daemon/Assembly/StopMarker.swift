import Foundation
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
        let stood = FileManager.default.fileExists(atPath: path)
        let text = "pid \(ProcessInfo.processInfo.processIdentifier), since \(now.milliseconds)\n"
        do {
            try Data(text.utf8).write(to: URL(filePath: path))
        } catch {
            throw StartFailure(
                "\(path) can't be written (\(error.localizedDescription)); check the "
                    + "state folder's owner and the disk",
                .cannotCreate
            )
        }
        return stood
    }

    /// Takes the marker down; the last thing an orderly end does.
    ///
    /// - Parameter isKept: Whether it must stay: the crash it tells of has not been dealt with yet.
    /// - Throws: ``StartFailure`` when it can't be removed.
    package func lower(unless isKept: Bool = false) throws(StartFailure) {
        if isKept { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw StartFailure(
                "\(path) can't be removed (\(error.localizedDescription)); the next start "
                    + "will walk with care",
                .io
            )
        }
    }
}
