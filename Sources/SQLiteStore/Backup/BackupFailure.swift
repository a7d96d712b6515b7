/// Why a backup could not be made, is not good, or could not be restored.
package enum BackupFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no such file.
    case missing(path: String)
    /// A file stands where one is to be made.
    case inTheWay(path: String)
    /// The file is damaged, or none of Till's databases.
    case broken(path: String, problems: [String])
    /// A newer Till made it.
    case newer(path: String, found: Int64, known: Int64)
    /// The disk or the file system said no.
    case failed(path: String, detail: String)

    package var description: String {
        switch self {
        case .missing(let path): "there is no file \(path)"
        case .inTheWay(let path):
            "\(path) stands in the way; move it, or say --force to a restore, which keeps it beside"
        case .broken(let path, let problems):
            "\(path) is no good backup: " + problems.joined(separator: "; ")
                + "; keep it for inspection and use another one"
        case .newer(let path, let found, let known):
            "\(path) has schema \(found), this Till knows up to \(known); use a newer Till"
        case .failed(let path, let detail):
            "\(path): \(detail); check the disk and the rights of this user"
        }
    }
}
