import Glibc
import Store

/// The state directory and its files, closed to other users.
enum StateDirectory {
    /// Makes the directory where it is missing, with its parents; one that exists stays as it is.
    static func make(_ path: String) throws(OpeningFailure) {
        var place = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            place += "/" + part
            guard mkdir(place, 0o700) == 0 || errno == EEXIST else {
                throw .unusable(path: place, detail: String(cString: strerror(errno)))
            }
        }
    }

    /// Makes sure that the directory still knows its files after a power cut.
    ///
    /// SQLite does so too when it first syncs a new write-ahead log, but overlooks a failure.
    static func sync(_ path: String) throws(OpeningFailure) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unusable(path: path, detail: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .failed(.broken("\(path) cannot be synced: " + String(cString: strerror(errno))))
        }
    }

    /// Makes a file that only its owner may read; SQLite gives its log the same rights.
    ///
    /// One that exists is not even opened: closing it again would drop SQLite's locks in this
    /// process.
    static func makeFile(_ path: String) throws(OpeningFailure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .unusable(path: path, detail: String(cString: strerror(errno)))
        }
    }
}
