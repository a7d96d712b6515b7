import Daemon
import Model
import SQLiteStore
import Store

/// Why a command could not do what it was asked, with the exit code that says so.
struct CommandFailure: Error, CustomStringConvertible {
    /// What happened and what to do.
    let description: String
    /// What the process ends with.
    let code: Int32

    /// Makes a failure.
    init(_ description: String, _ status: ExitStatus) {
        self.init(description, status.rawValue)
    }

    private init(_ description: String, _ code: Int32) {
        self.description = description
        self.code = code
    }

    /// Makes the failure that stands for any error of the rooms below.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let mistakes as Mistakes: self.init(mistakes.description, .configuration)
        case let failure as StartFailure:
            self.init(failure.description, failure.exitCode.rawValue)
        case let failure as ReaderFailure: self.init(failure)
        case let failure as BackupFailure: self.init(failure)
        case let failure as OpeningFailure:
            let status: ExitStatus = if case .taken = failure { .unavailable } else { .io }
            self.init(failure.description, status)
        case let failure as StoreFailure:
            if case .refused = failure {
                self.init(failure.description, .data)
            } else {
                self.init(failure.description, .io)
            }
        default: self.init("\(error)", .software)
        }
    }

    private init(_ failure: BackupFailure) {
        switch failure {
        case .missing: self.init(failure.description, .noInput)
        case .inTheWay: self.init(failure.description, .cannotCreate)
        case .broken: self.init(failure.description, .data)
        case .newer: self.init(failure.description, .configuration)
        case .failed: self.init(failure.description, .io)
        }
    }

    private init(_ failure: ReaderFailure) {
        switch failure {
        case .missing: self.init(failure.description, .noInput)
        case .forbidden: self.init(failure.description, .noPermission)
        case .foreign: self.init(failure.description, .data)
        case .broken: self.init(failure.description, .io)
        }
    }
}
