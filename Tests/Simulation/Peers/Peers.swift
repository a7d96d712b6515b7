import Model
import Plugins

/// Everything outside the house: takes what comes, or not, and says so, or not.
final class Peers: Sendable {
    /// What a peer lets the sender know.
    enum Answer {
        /// It was taken.
        case done
        /// It was not taken; try later.
        case notNow
        /// It will never be taken.
        case never
        /// Nobody was there.
        case unsent
        /// The sender does not know.
        case lost
    }

    /// What a peer does with one attempt.
    private enum Behaviour {
        case take, notNow, never, unsent, takeAndLose, lose, takeAndStall, stall, ignoreLimit
    }

    private let dice: Dice
    private let time: VirtualTime
    private let watch: Watch
    /// How many attempts in a hundred go wrong.
    private let faults: Int

    /// Peers that let so many attempts in a hundred go wrong.
    init(dice: Dice, time: VirtualTime, watch: Watch, faults: Int) {
        self.dice = dice
        self.time = time
        self.watch = watch
        self.faults = faults
    }

    /// One attempt.
    ///
    /// - Parameters:
    ///   - call: What it is for.
    ///   - key: The key that the peer sees.
    ///   - content: What the peer sees beside it.
    ///   - limit: What the attempt may take.
    /// - Returns: What the sender gets to know.
    func answer(
        _ call: ActionCall,
        key: String,
        _ content: String,
        within limit: Duration
    ) async -> Answer {
        let behaviour = behaviour()
        let take = { self.watch.taken(call, key: key, content: content) }
        do {
            try await time.sleep(dice.span(1...400))
        } catch {
            // swallow: the process is gone; what was on the wire may arrive all the same.
            if behaviour == .take, dice.chance(50) { take() }
            return .lost
        }
        do {
            switch behaviour {
            case .take:
                take()
                try await time.sleep(dice.span(1...400))
                return .done
            case .notNow: return .notNow
            case .never: return .never
            case .unsent: return .unsent
            case .takeAndLose:
                take()
                return .lost
            case .lose: return .lost
            case .takeAndStall, .stall:
                if behaviour == .takeAndStall { take() }
                try await time.sleep(limit - .milliseconds(500))
                return .lost
            case .ignoreLimit:
                try await time.sleep(limit + dice.span(500...20_000))
                if dice.chance(50) { take() }
                return .lost
            }
        } catch {
            // swallow: nobody waits for the answer any more.
            return .lost
        }
    }

    private func behaviour() -> Behaviour {
        guard !watch.isHealed, dice.chance(faults) else { return .take }
        return [
            .notNow, .notNow, .notNow, .unsent, .never, .takeAndLose, .takeAndLose, .lose,
            .takeAndStall, .stall, .ignoreLimit,
        ][dice.below(11)]
    }
}
