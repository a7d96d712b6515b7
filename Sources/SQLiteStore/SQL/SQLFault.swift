import CSQLite
import Glibc
import Store

/// What SQLite, or Till in its place, said against a call.
struct SQLFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// SQLite's extended result code; 0 where Till itself refused.
    let code: Int32
    /// The words for people.
    let message: String
    /// Where in the SQL text, in UTF-8 bytes; nil where unknown.
    let offset: Int?
    /// `errno` of the failed system call, 0 where there was none.
    let systemError: Int32

    /// What SQLite has to say about the last call on a connection.
    init(code: Int32, on connection: OpaquePointer) {
        self.code = code
        let words = String(cString: sqlite3_errmsg(connection))
        let hasWords = sqlite3_errcode(connection) & 0xff == code & 0xff
        message = hasWords ? words : String(cString: sqlite3_errstr(code))
        let place = hasWords ? sqlite3_error_offset(connection) : -1
        offset = place >= 0 ? Int(place) : nil
        systemError = sqlite3_system_errno(connection)
    }

    /// A code without a connection that could say more.
    init(code: Int32, message: String) {
        self.code = code
        self.message = message
        offset = nil
        systemError = 0
    }

    /// Everything given.
    init(code: Int32, message: String, offset: Int?, systemError: Int32) {
        self.code = code
        self.message = message
        self.offset = offset
        self.systemError = systemError
    }

    /// Till's own refusal.
    static func refusal(_ message: String) -> SQLFault {
        SQLFault(code: SQLITE_OK, message: message)
    }

    /// The code of a violated constraint.
    static let constraint = SQLITE_CONSTRAINT

    /// Whether the file is no database at all.
    var isNoDatabase: Bool { primary == SQLITE_NOTADB }

    /// Whether the file may not be opened or written by this process.
    var isAboutAccess: Bool {
        [SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH].contains(primary)
    }

    /// Whether the file itself is damaged or no database.
    var isDamage: Bool { [SQLITE_NOTADB, SQLITE_CORRUPT].contains(primary) }

    /// SQLite's primary result code.
    var primary: Int32 { code & 0xff }

    /// Whether a watch on time cut the statement off.
    var isTimeout: Bool { primary == SQLITE_INTERRUPT }

    /// Whether the same call with the same data must fail again: a constraint, a type, a size.
    var isAboutData: Bool {
        [SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_OK].contains(primary)
    }

    /// What it means for everything that shares the transaction; nil when only its own work is
    /// hurt.
    var transactionFailure: StoreFailure? {
        switch primary {
        case SQLITE_FULL: .full(description)
        // A file system that allocates late reports a full disk at fsync; then pages may be lost.
        case SQLITE_IOERR
        where [ENOSPC, EDQUOT].contains(systemError)
            && ![SQLITE_IOERR | 4 << 8, SQLITE_IOERR | 5 << 8].contains(code):
            .full(description)
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_READONLY, SQLITE_CANTOPEN:
            .broken(description)
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_PROTOCOL: .busy(description)
        default: nil
        }
    }

    /// Whether the disk failed, so that nobody knows what is on it.
    var isBroken: Bool {
        if case .broken = transactionFailure { true } else { false }
    }

    /// The same for the protocols of the store.
    var storeFailure: StoreFailure { transactionFailure ?? .refused(description) }

    var description: String {
        guard systemError != 0, [SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN].contains(primary)
        else {
            return message
        }
        return message + ": " + String(cString: strerror(systemError))
    }
}
