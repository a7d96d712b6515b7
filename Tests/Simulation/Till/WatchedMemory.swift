import Model
import SQLiteStore
import Store

/// The store as one life of the process sees it: watched, sometimes slow, busy, full or dead.
final class WatchedMemory: WalkMemory, WishMemory, Recording, @unchecked Sendable {
    // Why: a world is simulated on one thread.

    /// When the process dies: at the n-th settling of this life, before or after it is written.
    struct Death {
        /// Which settling.
        var settling: Int
        /// Whether it is on disk when the process dies.
        var isWritten: Bool
    }

    /// The store itself.
    let real: SQLiteMemory
    /// Whether the process is gone.
    private(set) var isDead = false
    /// Called once when the process dies.
    var onDeath: () -> Void = {}
    /// Where it all happens.
    let world: World
    private let dice: Dice
    /// Where a disk that fills up cuts a batch off; apart, so that known seeds play as they did.
    private let cuts: Dice
    private let death: Death?
    private let life: Int
    /// How many numbers of runs were given away before the world began.
    private let runsBefore: Int64
    private let changed: AsyncStream<Void>
    /// Tells the engine that something is new.
    let bell: AsyncStream<Void>.Continuation
    private var settlings = 0

    /// What everything comes to once the process is dead.
    private static let gone = StoreFailure.broken("the process is dead")

    /// Looks at the store of a ground in one life.
    init(_ ground: Ground, in world: World, life: Int, death: Death?) {
        real = ground.memory
        runsBefore = ground.runsBefore
        self.world = world
        self.life = life
        self.death = death
        dice = world.dice.split()
        cuts = Dice(seed: world.seed &+ UInt64(life))
        (changed, bell) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
    }

    /// Ends this life without warning.
    func die() {
        guard !isDead else { return }
        isDead = true
        world.watch.note("dies")
        bell.finish()
        onDeath()
    }

    /// What the store refuses by itself; nil where it takes all.
    private func mishap() -> StoreFailure? {
        guard !world.watch.isHealed, dice.chance(world.storeFaults) else { return nil }
        return dice.chance(50) ? .busy("simulated") : .full("simulated")
    }

    /// Takes a little time; throws where the process died meanwhile.
    func pause() async throws(StoreFailure) {
        do {
            try await world.time.sleep(dice.span(0...20))
        } catch {
            throw Self.gone
        }
        guard !isDead else { throw Self.gone }
    }

    func record(_ delivery: Delivery) async throws(StoreFailure) -> Receipt {
        try await pause()
        if let mishap = mishap() { throw mishap }
        if world.plant == .earlyAnswer, dice.chance(5) { return .stored }
        let receipt = try await abroad { () async throws(StoreFailure) in
            try await real.record(delivery)
        }
        world.watch.note("recorded \(delivery.id) \(receipt)")
        bell.yield()
        try await pause()
        return receipt
    }

    func settle(_ batch: [Settlement]) async throws(StoreFailure) -> [Settled] {
        guard !isDead else { throw Self.gone }
        settlings += 1
        let isLast = settlings == death?.settling
        try await pause()
        if isLast, death?.isWritten == false {
            die()
            throw Self.gone
        }
        if let mishap = mishap() {
            world.watch.note("nothing is settled: \(mishap)")
            throw mishap
        }
        var sent = batch.map(planted)
        var refused: Int?
        if !world.watch.isHealed, dice.chance(world.storeFaults) {
            refused = dice.below(batch.count)
            sent.remove(at: refused ?? 0)
            world.watch.note("piece \(refused ?? 0) of \(batch.count) is refused")
        }
        var missing: [Settled] = []
        if refused == nil, !world.watch.isHealed, cuts.chance(world.storeFaults) {
            let written = cuts.below(batch.count)
            missing = sent[written...].map { _ in .unwritten(.full("simulated")) }
            sent.removeLast(missing.count)
            world.watch.note("\(written) of \(batch.count) are settled, then the disk is full")
        }
        var answers = try await write(sent)
        for (settlement, answer) in zip(sent, answers) {
            world.watch.committed(settlement, answer)
        }
        world.afterSettling()
        if let refused { answers.insert(.failed(.refused("simulated")), at: refused) }
        answers += missing
        if isLast {
            die()
            throw Self.gone
        }
        try await pause()
        return answers
    }

    private func write(_ batch: [Settlement]) async throws(StoreFailure) -> [Settled] {
        guard !batch.isEmpty else { return [] }
        return try await abroad { () async throws(StoreFailure) in try await real.settle(batch) }
    }

    /// Calls the store itself.
    func abroad<Value: Sendable>(
        _ call: () async throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try await world.time.abroad { () async -> Result<Value, StoreFailure> in
            do throws(StoreFailure) {
                return .success(try await call())
            } catch {
                return .failure(error)
            }
        }.get()
    }

    /// The settlement with a bug put in.
    private func planted(_ settlement: Settlement) -> Settlement {
        switch (world.plant, settlement) {
        case (.forgottenEffect, .effect(var step, let call, let decide)):
            step.key += "#\(life)/\(world.retries)"
            return .effect(step, call, decide: decide)
        case (.repeatedStep, .ended(let step, .done(let outputs), var change))
        where step.attempt == 1 && dice.chance(10):
            change.status = .waiting
            change.position = step.position
            change.dueAt = world.time.wall + .seconds(1)
            change.resetsAttempts = false
            return .ended(step, .done(outputs), change)
        default: return settlement
        }
    }

    private func reading<Value>(
        _ read: () throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> Value {
        guard !isDead else { throw Self.gone }
        return try read()
    }

    func unchosenEvents(after sequence: Int64, limit: Int) throws(StoreFailure) -> [StoredEvent] {
        try reading { () throws(StoreFailure) in
            try real.unchosenEvents(after: sequence, limit: limit)
        }
    }

    func dueRuns(at now: Timestamp, after id: RunID, limit: Int) throws(StoreFailure) -> [StoredRun]
    {
        try reading { () throws(StoreFailure) in
            try real.dueRuns(at: now, after: id, limit: limit)
        }
    }

    func runs(_ ids: [RunID]) throws(StoreFailure) -> [StoredRun] {
        try reading { () throws(StoreFailure) in try real.runs(ids) }
    }

    func nextDue() throws(StoreFailure) -> Timestamp? {
        try reading { () throws(StoreFailure) in try real.nextDue() }
    }

    func interruptedRuns() throws(StoreFailure) -> [StoredRun] {
        try reading { () throws(StoreFailure) in try real.interruptedRuns() }
    }

    func reserveRunID() -> RunID { RunID(real.reserveRunID().number - runsBefore) }

    func changes() -> AsyncStream<Void> { changed }
}
