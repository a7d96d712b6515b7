import Admin
import Synchronization

/// Where the daemon's parts say whether deliveries can be taken; `/-/ready` reads it.
final class ReadinessBoard: Sendable {
    /// The life of the daemon as far as readiness goes.
    enum Phase: Sendable, Hashable {
        case starting
        case serving
        case stopping
    }

    private let phase = Mutex(Phase.starting)
    private let storeTrouble: @Sendable () -> String?

    /// Makes a board that says *starting*.
    ///
    /// - Parameter storeTrouble: Why the store takes nothing right now; nil when it does.
    init(storeTrouble: @escaping @Sendable () -> String?) {
        self.storeTrouble = storeTrouble
    }

    /// Moves on; a daemon that stops never serves again.
    func enter(_ next: Phase) {
        phase.withLock { if $0 != .stopping { $0 = next } }
    }

    /// Whether an orderly stop has begun.
    var isStopping: Bool { phase.withLock { $0 == .stopping } }

    /// What `/-/ready` answers now.
    var readiness: Readiness {
        switch phase.withLock({ $0 }) {
        case .starting: .unready("starting")
        case .stopping: .unready("stopping")
        case .serving: storeTrouble().map { .unready($0) } ?? .ready
        }
    }
}
