package import Model
import SQLiteStore
package import Store

/// Why the daemon did not start or could not go on, with the exit code that says so.
package struct StartFailure: Error, Sendable, CustomStringConvertible {
    /// What happened and what to do.
    package let description: String
    /// The process's exit code.
    package let exitCode: ExitCode

    /// The exit codes in use.
    ///
    /// Source: sysexits.h.
    package enum ExitCode: Int32, Sendable {
        /// EX_UNAVAILABLE: the address or the lock is taken by another process.
        case unavailable = 69
        /// EX_SOFTWARE: a bug of ours.
        case software = 70
        /// EX_CANTCREAT: a folder or file cannot be made.
        case cannotCreate = 73
        /// EX_IOERR: the disk failed.
        case io = 74
        /// EX_NOPERM: not allowed.
        case noPermission = 77
        /// EX_CONFIG: settings, workflows or plugins are wrong.
        case configuration = 78
    }

    /// Makes a failure.
    package init(_ description: String, _ exitCode: ExitCode) {
        self.description = description
        self.exitCode = exitCode
    }

    /// Settings, plugins or workflows are wrong.
    package init(_ mistakes: Mistakes) {
        self.init(mistakes.description, .configuration)
    }

    /// The store is not usable; what it refuses is what somebody wrote.
    package init(_ failure: StoreFailure) {
        switch failure {
        case .refused: self.init(failure.description, .configuration)
        case .full, .busy, .broken: self.init(failure.description, .io)
        }
    }
}

extension StartFailure {
    /// Whatever a start threw, as a failure with its exit code.
    init(anything error: any Error) {
        switch error {
        case let failure as StartFailure: self = failure
        case let mistakes as Mistakes: self.init(mistakes)
        case let failure as StoreFailure: self.init(failure)
        case let failure as OpeningFailure: self.init(failure)
        default: self.init("\(error)", .software)
        }
    }

    /// The state folder or its database could not be opened.
    init(_ failure: OpeningFailure) {
        switch failure {
        case .taken: self.init(failure.description, .unavailable)
        case .unusable: self.init(failure.description, .cannotCreate)
        case .foreign, .newer, .unsafe: self.init(failure.description, .configuration)
        case .failed(let store): self.init(store)
        }
    }
}
