import CSQLite
import Glibc

/// The write-ahead log as the system's file, beside SQLite's own handle.
final class LogFile {
    private let descriptor: Int32

    /// Opens the log of a database; one that is no file of the system is left alone.
    ///
    /// Nobody locks a log itself, so that closing it drops no lock of SQLite's.
    init(of database: String) {
        descriptor = open(database + "-wal", O_RDONLY | O_CLOEXEC)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Lets the disk begin with what was written, so that a later sync finds little to do.
    func startWriting() {
        if descriptor >= 0 { till_start_writing(descriptor) }
    }
}
