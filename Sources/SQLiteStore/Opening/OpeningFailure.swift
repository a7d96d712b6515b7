package import Model
package import Store

/// Why the state directory or its database could not be opened.
package enum OpeningFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process works on the directory; what its lock file says of it.
    case taken(directory: String, holder: String)
    /// The directory or a file in it cannot be made or opened.
    case unusable(path: String, detail: String)
    /// The file is a database, but not Till's.
    case foreign(path: String)
    /// A newer Till made the tables.
    case newer(path: String, found: Int64, known: Int64)
    /// SQLite did not take a setting that the promise to Stripe rests on.
    case unsafe(path: String, setting: String, value: String)
    /// The disk, or SQLite, failed.
    case failed(StoreFailure)

    /// Whose fault it is.
    package var fault: Fault {
        switch self {
        case .taken, .unusable, .foreign, .newer, .unsafe: .operator
        case .failed(let failure): failure.fault
        }
    }

    package var description: String {
        switch self {
        case .taken(let directory, let holder):
            "\(directory) is in use by another till (process \(holder)); stop it first, or name "
                + "another state directory"
        case .unusable(let path, let detail):
            "\(path) cannot be used: \(detail); check that it exists and belongs to this user"
        case .foreign(let path):
            "\(path) is not a database of Till; name another state directory"
        case .newer(let path, let found, let known):
            "\(path) has schema \(found), this Till knows up to \(known); start a newer Till"
        case .unsafe(let path, let setting, let value):
            "\(path): SQLite answers \(setting) = \(value), so a commit would not be safe from a "
                + "power cut; put the state directory on a local disk"
        case .failed(let failure): failure.description
        }
    }
}
