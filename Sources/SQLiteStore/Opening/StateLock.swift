import Glibc

/// The hold on a state directory: one process at a time writes there.
///
/// The kernel lets go of it when the process ends, however it ends.
package final class StateLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Takes hold of a directory, which must exist, and writes the process id into `till.lock`.
    ///
    /// - Parameter directory: The state directory.
    /// - Returns: The hold; it ends with the object.
    /// - Throws: ``OpeningFailure/taken(directory:holder:)`` while another process has it, or
    ///   ``OpeningFailure/unusable(path:detail:)``.
    package static func take(directory: String) throws(OpeningFailure) -> StateLock {
        let path = directory + "/till.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unusable(path: path, detail: String(cString: strerror(errno)))
        }
        let lock = StateLock(descriptor: descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw .taken(directory: directory, holder: lock.text ?? "unknown")
        }
        let words = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        pwrite(descriptor, words, words.count, 0)
        return lock
    }

    /// The process that has hold of a directory, as its lock file says; nil where none has.
    package static func holder(directory: String) -> String? {
        let descriptor = open(directory + "/till.lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let probe = StateLock(descriptor: descriptor)
        // A shared hold is let go of at once, with the descriptor.
        return flock(descriptor, LOCK_SH | LOCK_NB) == 0 ? nil : probe.text ?? "unknown"
    }

    /// The first word of the lock file.
    private var text: String? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count).prefix { $0 > 32 }, as: UTF8.self)
    }
}
