import Model
import Store
import Synchronization

/// The store's last trouble, so that readiness can tell of it.
///
/// Trouble is forgotten after a while without another: a balancer that took Till out because of it
/// sends nothing that could show that all is well again.
final class StoreHealth: Sendable {
    /// How long one failure counts; Till is to be back within 5 s of the disk having room again.
    private static let memory = Duration.seconds(3)

    private let trouble = Mutex<(text: String, since: ContinuousClock.Instant)?>(nil)
    private let broken = Mutex<StoreFailure?>(nil)

    /// Takes note of a failure, wherever it came up.
    func note(_ failure: StoreFailure) {
        switch failure {
        case .refused: return
        case .broken: broken.withLock { $0 = $0 ?? failure }
        case .full, .busy: break
        }
        trouble.withLock { $0 = (failure.description, .now) }
    }

    /// Why the store will never write again in this process; nil while it may.
    var brokenFailure: StoreFailure? { broken.withLock { $0 } }

    /// What was wrong just now; nil when nothing was.
    var currentTrouble: String? {
        trouble.withLock { trouble in
            guard let found = trouble else { return nil }
            let isOver = ContinuousClock.now - found.since > Self.memory
            if isOver, brokenFailure == nil { trouble = nil }
            return trouble?.text
        }
    }
}
