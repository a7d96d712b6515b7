package import Logging
package import Model
import Plugins
package import Store

/// Walks runs: chooses workflows for events, walks their steps, settles each, retries, gives up.
///
/// Everything it needs is passed in, time included, so that the same engine serves, rehearses and
/// is tested. One loop decides; only work that leaves the house runs beside it.
package final class Engine: Sendable {
    /// Where runs are kept.
    let memory: any WalkMemory
    /// Who evaluates expressions.
    let evaluator: any ExpressionEvaluator
    /// The rules in force.
    let playbooks: PlaybookBox
    /// The wall clock.
    let clock: WallClock
    /// What sleeps.
    let sleep: Sleep
    /// What rolls the dice of back-off.
    let roll: @Sendable () -> UInt64
    /// Where it tells what became of runs.
    let logger: Logger
    /// Whether the last stop was unclean, so that the backlog is walked with care.
    let isCareful: Bool
    /// What is left for the loop to read.
    let mailbox = Mailbox<EngineNote>()

    /// Makes an engine; nothing runs before ``run()``.
    ///
    /// - Parameters:
    ///   - memory: Where runs are kept.
    ///   - evaluator: Who evaluates expressions.
    ///   - playbooks: The rules in force.
    ///   - logger: Where it tells what became of runs.
    ///   - isCareful: Whether the last stop was unclean.
    ///   - clock: The wall clock.
    ///   - sleep: What sleeps.
    ///   - roll: What rolls the dice of back-off.
    package init(
        memory: any WalkMemory,
        evaluator: any ExpressionEvaluator,
        playbooks: PlaybookBox,
        logger: Logger,
        isCareful: Bool,
        clock: @escaping WallClock,
        sleep: @escaping Sleep = { try await Task.sleep(for: $0) },
        roll: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.memory = memory
        self.evaluator = evaluator
        self.playbooks = playbooks
        self.logger = logger
        self.isCareful = isCareful
        self.clock = clock
        self.sleep = sleep
        self.roll = roll
    }

    /// Walks until ``drain()`` or until its task is cancelled.
    ///
    /// - Throws: ``StoreFailure/broken(_:)`` when the disk can no longer be trusted; Till must stop
    ///   then.
    package func run() async throws(StoreFailure) {
        try await Walker(self).walk { _ in .wait }
    }

    /// Walks until nothing can be walked any more, turning the clock where a run waits.
    ///
    /// - Parameter turn: Gets the time at which the next run is due, nil where none waits; turns
    ///   the clock that the engine was given and says whether to go on.
    /// - Throws: What the store throws when it is broken.
    package func walkUntilIdle(
        turning turn: @escaping @Sendable (Timestamp?) -> Bool
    ) async throws(StoreFailure) {
        try await Walker(self).walk { due in turn(due) ? .look : .stop }
    }

    /// Takes no new work from now on and ends ``run()`` once what is under way is settled, at the
    /// latest after ``Limits/drainTime``; the rest stays in the store for the next start.
    package func drain() {
        mailbox.post(.drain)
    }

    /// Looks for runs at once, for example after a reload brought back what an orphaned run needs.
    package func wake() {
        mailbox.post(.changed)
    }

    /// Takes up an event that waits for its workflows again because a person released it; the loop
    /// may be past its place in the order of arrival.
    ///
    /// - Parameter sequence: That place; the release must be committed.
    package func takeUp(event sequence: Int64) {
        mailbox.post(.released(event: sequence))
    }
}

/// What happens beside the engine's loop and is left in its mailbox.
enum EngineNote: Sendable {
    /// Something new may be in the store.
    case changed
    /// A held event was released.
    case released(event: Int64)
    /// A batch was written, or not.
    case settled(batch: Int, Result<[Settled], StoreFailure>)
    /// An outward attempt ended, or its time is up.
    case answered(RunID, StepOutcome)
    /// An outward attempt gave its slot back.
    case returned(Plugin.Kind)
    /// Take no new work.
    case drain
    /// The time for draining is up.
    case drained
}
