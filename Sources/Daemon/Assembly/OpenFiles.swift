import Glibc
import Model

/// How many files and connections the system lets this process have open at once.
enum OpenFiles {
    /// What everything but the public listener and requests may need: database, admin site, mails.
    private static let reserve = 96
    /// The least to start with; where the servers cannot open what they need they trap.
    private static let least = 128

    /// Raises the limit to what some connections need, as far as the system allows.
    ///
    /// - Parameter connections: How many the public listener is to have.
    /// - Throws: ``StartFailure`` when there is too little for anything.
    static func raise(for connections: Int) throws(StartFailure) {
        var limit = current
        let wish = rlim_t(connections + reserve + Limits.requestsAtOnce)
        if limit.rlim_cur < wish {
            limit.rlim_cur = min(limit.rlim_max, wish)
            setrlimit(kind, &limit)
        }
        let reached = current.rlim_cur
        guard reached >= rlim_t(least) else {
            throw StartFailure(
                "this process may open \(reached) files, Till needs at least \(least); raise the "
                    + "limit (ulimit -n, or LimitNOFILE= of the unit)",
                .configuration
            )
        }
    }

    /// How many of the wanted connections the limit leaves room for.
    static func room(for connections: Int) -> Int {
        let allowed = Int(clamping: current.rlim_cur)
        // Requests that find no room are tried again; of little they get little.
        let requests = min(Limits.requestsAtOnce, max(0, allowed - least) / 4)
        return min(connections, max(1, allowed - reserve - requests))
    }

    private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    private static var current: rlimit {
        var limit = rlimit()
        getrlimit(kind, &limit)
        return limit
    }
}
