import Engine
import Foundation
import Logging
import Model
import SQLiteStore
import Store

/// Plays one world from its seed to its end.
final class Play: @unchecked Sendable {
    // Why: a world is simulated on one thread.

    /// The world.
    let world: World
    /// The rules and the empty database.
    let house: House
    /// The purchases it is about.
    let purchases: [Purchase]
    /// The rules in force; a folder of rules outlives the process.
    let box: PlaybookBox
    /// The store as the living process sees it; nil while none lives.
    var process: WatchedMemory?
    /// The engine of the living process.
    var engine: Engine?
    /// When the last delivery is first tried, in milliseconds.
    let horizon: Int64
    private let strays: [Happening]
    /// The store under it.
    private var ground: Ground
    private var lives = 0
    private var deaths: Int
    private var isOver = false
    private var hasEnded = false

    /// Sets the stage of a world.
    init(_ world: World, _ house: House) throws {
        self.world = world
        self.house = house
        var teller = Teller(dice: world.dice.split())
        purchases = teller.purchases()
        strays = teller.strays()
        box = PlaybookBox(house.playbooks[0])
        horizon = world.dice.number(10_000...[60_000, 1_800_000, 10_000_000][world.dice.below(3)])
        deaths = [0, 1, 1, 2, 4][world.dice.below(5)]
        ground = try house.ground()
        world.judge = try Judge(purchases, watch: world.watch, ground: ground)
        house.stage.enter(world)
    }

    /// Plays it; what was broken is with the world's watch.
    func run() throws {
        Task(executorPreference: world.time) {
            await self.perform()
            self.hasEnded = true
        }
        let end = world.time.run { hasEnded }
        if end != .done { world.watch.violation("the world is \(end)") }
        house.stage.enter(nil)
        try house.leave(ground, isSound: world.watch.violations.isEmpty)
    }

    private func perform() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.live() }
            await withTaskGroup(of: Void.self) { senders in
                for (happening, moment) in deliveries() {
                    senders.addTask { await self.send(happening, at: moment) }
                }
                senders.addTask { await Steward(play: self).work() }
            }
            world.watch.isHealed = true
            world.watch.note("all is well from here on")
            deaths = 0
            await rest()
            await Steward(play: self).mend()
            world.judging { try $0.judgeEnd() }
            isOver = true
            engine?.drain()
        }
        world.judging { try $0.judgeFile() }
    }

    // MARK: - The sender

    /// When each event is delivered; some come twice or three times.
    private func deliveries() -> [(Happening, Int64)] {
        let dice = world.dice.split()
        let isOrderly = dice.chance(30)
        var plan: [(Happening, Int64)] = []
        let all = purchases.flatMap(\.happenings) + strays
        for (index, happening) in all.enumerated() {
            let place = horizon * Int64(index) / Int64(max(all.count, 1))
            let moment = isOrderly ? place + dice.number(0...2000) : dice.number(0...horizon)
            plan.append((happening, moment))
            while dice.chance(25) { plan.append((happening, dice.number(0...horizon))) }
        }
        return plan
    }

    /// Delivers an event until it is acknowledged, as Stripe does.
    private func send(_ happening: Happening, at moment: Int64) async {
        let dice = world.dice.split()
        do {
            try await world.time.sleep(.milliseconds(moment))
            while true {
                if let process {
                    world.judge?.submitted[happening.id] = happening
                    if await isTaken(happening, by: process) { return }
                }
                try await world.time.sleep(dice.span(1000...90_000))
            }
        } catch {
            world.watch.violation("an event cannot be sent: \(error)")
        }
    }

    private func isTaken(_ happening: Happening, by process: WatchedMemory) async -> Bool {
        do {
            _ = try await process.record(try happening.delivery(at: world.time.wall))
        } catch {
            world.watch.note("\(happening.id) is not taken: \(error)")
            return false
        }
        world.judge?.acknowledged.insert(happening.id)
        return true
    }

    // MARK: - The process

    /// One process after the other, until the world ends.
    private func live() async {
        var isCareful = false
        while !isOver {
            lives += 1
            world.watch.note("life \(lives), \(isCareful ? "with care" : "plainly")")
            isCareful = await !liveOnce(isCareful: isCareful)
            process = nil
            engine = nil
            guard !isOver else { return }
            do {
                if isCareful, world.dice.chance(30), world.opensFiles { try reopen() }
                try await world.time.sleep(world.dice.span(100...20_000))
            } catch {
                return world.watch.violation("the process cannot be started again: \(error)")
            }
        }
    }

    /// One process from its start to its end; false where it died.
    private func liveOnce(isCareful: Bool) async -> Bool {
        var death: WatchedMemory.Death?
        if deaths > 0 {
            deaths -= 1
            death = WatchedMemory.Death(
                settling: 1 + world.dice.below(25),
                isWritten: world.dice.chance(50)
            )
        }
        let process = WatchedMemory(ground, in: world, life: lives, death: death)
        let (time, dice) = (world.time, world.dice.split())
        let engine = Engine(
            memory: process,
            evaluator: ground.memory.expressions,
            playbooks: box,
            logger: House.silence,
            isCareful: isCareful,
            clock: { time.wall },
            sleep: { try await time.sleep($0) },
            roll: { dice.roll() }
        )
        process.onDeath = { engine.wake() }
        self.process = process
        self.engine = engine
        do throws(StoreFailure) {
            try await engine.run()
            world.watch.note("stops")
            return true
        } catch {
            if !process.isDead { world.watch.violation("the engine gave up: \(error)") }
            return false
        }
    }

    /// Goes on with a copy of the files, as they lie there after a kill.
    private func reopen() throws {
        world.watch.note("opens what the dead process left behind")
        let old = ground
        ground = try house.ground(leftBehindIn: old)
        try world.judge?.look(at: ground)
        try house.leave(old, isSound: true)
    }

    /// Waits until nothing is left to be walked, and judges then.
    func rest() async {
        do {
            for turn in 0..<400 {
                try await world.time.sleep(turn < 10 ? .seconds(20) : .seconds(600))
                guard try world.judge?.isAtRest() == true else { continue }
                return world.judging { try $0.judgeRest() }
            }
            world.watch.violation("two days later something is still to be walked")
        } catch {
            world.watch.violation("the world cannot rest: \(error)")
        }
    }
}
