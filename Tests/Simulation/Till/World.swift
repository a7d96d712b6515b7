import Model

/// One simulated world: a clock, dice, peers, and those who watch.
final class World: @unchecked Sendable {
    // Why: a world is simulated on one thread.

    /// The number that everything follows from.
    let seed: UInt64
    /// The dice of everything but the order of tasks.
    let dice: Dice
    /// The clock, and who runs when.
    let time: VirtualTime
    /// Who sees what crosses the engine's borders.
    let watch: Watch
    /// Everything outside the house.
    let peers: Peers
    /// A bug that was put in.
    let plant: Plant?
    /// How many calls of the store in a hundred go wrong.
    let storeFaults: Int
    /// How many retries were granted.
    var retries = 0
    /// Who looks into the database.
    var judge: Judge?
    /// Whether what a dead process left behind is opened as by a new process; that costs as much as
    /// all else, so one world in four does it.
    var opensFiles: Bool
    private var settlings = 0

    /// Makes the world of a seed.
    init(seed: UInt64, plant: Plant?, isTracing: Bool) {
        self.seed = seed
        self.plant = plant
        opensFiles = seed % 4 == 0
        dice = Dice(seed: seed)
        time = VirtualTime(dice: dice.split())
        watch = Watch(time: time, isTracing: isTracing)
        peers = Peers(
            dice: dice.split(),
            time: time,
            watch: watch,
            faults: [0, 10, 30, 60][dice.below(4)]
        )
        storeFaults = [0, 0, 2, 8][dice.below(4)]
        time.nextDue = { [watch] in watch.nextDue }
    }

    /// A batch was written: every so often all that must hold is looked at.
    func afterSettling() {
        settlings += 1
        guard settlings % 10 == 0 else { return }
        judging { try $0.judgeMoment() }
    }

    /// Lets the judge look; where it cannot, that is told as a broken promise too.
    func judging(_ look: (Judge) throws -> Void) {
        do {
            if let judge { try look(judge) }
        } catch {
            watch.violation("the judge cannot look: \(error)")
        }
    }
}
