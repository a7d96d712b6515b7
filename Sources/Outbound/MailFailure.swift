package import Model

/// Why a mail was not taken, told apart by what can follow.
package enum MailFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server said no for good (5xx).
    case refused(String)
    /// The server said not now (4xx).
    case deferred(String)
    /// The mail was not handed over: no connection, or it broke early.
    case unsent(String)
    /// The settings do not fit the server: certificate, STARTTLS, login. Nothing was sent.
    case misconfigured(String)
    /// The mail was handed over and the answer was lost: it may have been sent.
    case unsure(String)

    /// Whose fault it is.
    package var fault: Fault {
        switch self {
        case .misconfigured: .operator
        case .refused, .deferred, .unsent, .unsure: .outside
        }
    }

    package var description: String {
        switch self {
        case .refused(let why), .deferred(let why), .unsent(let why), .misconfigured(let why),
            .unsure(let why):
            why
        }
    }
}
