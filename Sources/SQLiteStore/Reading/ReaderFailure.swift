/// Why a database could not be opened for reading.
package enum ReaderFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no such file.
    case missing(path: String)
    /// The file is there and may not be read, or its folder lets no index file be made beside it.
    case forbidden(path: String, detail: String)
    /// The file is none of Till's databases, or of a newer Till.
    case foreign(path: String, detail: String)
    /// SQLite could not read it.
    case broken(path: String, detail: String)

    package var description: String {
        switch self {
        case .missing(let path):
            "there is no database at \(path); start Till once with `till serve`, or name the right "
                + "folder with --state"
        case .forbidden(let path, let detail):
            "the database \(path) can't be opened (\(detail)); run this as the user Till runs as"
        case .foreign(let path, let detail):
            "\(path) is no database of this Till (\(detail)); name the right folder with --state"
        case .broken(let path, let detail):
            "the database \(path) can't be read (\(detail)); check the disk and `till audit verify`"
        }
    }
}
