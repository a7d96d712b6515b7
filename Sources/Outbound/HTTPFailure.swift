package import Model

/// Why a request has no answer, told apart by what the peer may have done.
package enum HTTPFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// It must not be sent: a bad URL or an address that is not allowed. Nothing was sent.
    case refused(String)
    /// The peer could not be trusted: its certificate is wrong. Nothing was sent.
    case untrusted(String)
    /// It could not be sent; trying again is safe.
    case unsent(String)
    /// It was sent, at least in part, and the answer was lost: the peer may have acted.
    case lost(String)

    /// Whose fault it is.
    package var fault: Fault {
        switch self {
        case .refused, .untrusted: .operator
        case .unsent, .lost: .outside
        }
    }

    package var description: String {
        switch self {
        case .refused(let why), .untrusted(let why), .unsent(let why), .lost(let why): why
        }
    }
}
