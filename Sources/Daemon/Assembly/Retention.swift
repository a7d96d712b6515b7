import Logging
package import Model
import ServiceLifecycle
package import Store

/// Drops what may hold personal data once its time is over, a little at a time.
package struct Retention: Sendable {
    /// Events in one transaction: a webhook that comes meanwhile waits for one of these at most.
    private static let batch = 20
    /// Bodies looked at in one go.
    private static let page = 500

    /// Where the bodies are.
    let memory: any RetentionMemory
    /// How long they are kept; asked at each pass.
    let policy: @Sendable () -> RetentionPolicy
    /// The wall clock.
    let clock: WallClock

    /// Takes what it works with.
    package init(
        memory: any RetentionMemory,
        policy: @escaping @Sendable () -> RetentionPolicy,
        clock: @escaping WallClock
    ) {
        self.memory = memory
        self.policy = policy
        self.clock = clock
    }

    /// Looks through all bodies, from the oldest on, until they are too young.
    ///
    /// - Returns: How many were dropped.
    /// - Throws: ``StoreFailure``; what was dropped before stays dropped.
    package func pass() async throws(StoreFailure) -> Int {
        let (policy, now) = (policy(), clock())
        var (last, dropped) = (Int64(0), 0)
        while !Task.isCancelled {
            let bodies = try memory.bodies(after: last, limit: Self.page)
            var over = bodies.filter { policy.isOver($0, at: now) }.map(\.sequence)[...]
            while !over.isEmpty {
                dropped += try await memory.purge(Array(over.prefix(Self.batch)))
                over = over.dropFirst(Self.batch)
            }
            guard let youngest = bodies.last, !policy.isTooYoung(youngest, at: now) else { break }
            last = youngest.sequence
        }
        return dropped
    }
}

/// Passes now and then while the daemon serves.
struct RetentionService: Service {
    /// What it does.
    let retention: Retention
    /// Where it tells.
    let logger: Logger
    /// Before the first pass: a start has other things to do.
    var delay = Duration.seconds(60)
    /// Between two passes.
    var interval = Duration.seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = delay
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: pause)
                } catch {
                    return  // The only error is cancellation: the daemon stops.
                }
                await pass()
                pause = interval
            }
        }
    }

    private func pass() async {
        do throws(StoreFailure) {
            let dropped = try await retention.pass()
            guard dropped > 0 else { return }
            logger.notice("bodies purged", metadata: ["events": "\(dropped)"])
        } catch {
            logger.warning("nothing could be purged", metadata: ["reason": "\(error)"])
        }
    }
}
