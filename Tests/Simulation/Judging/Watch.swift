import Model
import Plugins
import Store

/// Sees everything that crosses the engine's borders in one world, and says at once what must not
/// be.
///
/// It knows only what was handed over and what was answered; Till's own tables are another
/// witness's: see ``Inspector``.
final class Watch: @unchecked Sendable {
    // Why: a world is simulated on one thread.

    /// What is known of a run.
    struct RunNews {
        /// Where its events are walked one at a time.
        var lane = ""
        /// When it is due, in milliseconds, where it waits.
        var due: Int64?
        /// How often it was given up at a main step.
        var givenUp = 0
        /// How often each step of `on-failure` was walked to its end.
        var failureEnds: [Int: Int] = [:]
        /// How often a person let it walk again.
        var retries = 0
        /// Which list of steps it is in.
        var phase = StepPosition.Phase.main
    }

    /// One thing that a peer took.
    struct Taken {
        /// The key that the peer saw.
        let key: String
        /// What else it saw.
        let content: String
    }

    /// Every promise that was seen broken, in order.
    private(set) var violations: [String] = []
    /// A fingerprint of all that has happened.
    private(set) var fingerprint: UInt64 = 0xCBF2_9CE4_8422_2325
    /// Peers and store do what they are asked from now on.
    var isHealed = false
    /// What is known of each run.
    private(set) var runs: [RunID: RunNews] = [:]
    /// What peers took, by the step's key.
    private(set) var taken: [String: [Taken]] = [:]
    /// Keys of outward steps that are settled as done, and who they are of.
    private var settled: [String: RunID] = [:]
    /// Keys of steps that a person says are done.
    private(set) var vouched: Set<String> = []
    private var owners: [String: String] = [:]
    private var active: [String: RunID] = [:]
    private let time: VirtualTime
    private let isTracing: Bool

    /// Watches the world of that clock.
    init(time: VirtualTime, isTracing: Bool) {
        self.time = time
        self.isTracing = isTracing
    }

    /// A promise was broken.
    func violation(_ text: String) {
        if violations.count < 20 { violations.append(text) }
        note("BROKEN: \(text)")
    }

    /// Something has happened.
    func note(_ text: @autoclosure () -> String) {
        let line = "\(time.now) \(text())"
        for byte in line.utf8 {
            fingerprint = (fingerprint ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        if isTracing { print(line) }
    }

    /// When the earliest waiting run is due.
    var nextDue: Int64? { runs.values.compactMap(\.due).min() }

    // MARK: - Peers

    /// An outward attempt begins.
    func begins(_ call: ActionCall) {
        note("begins \(call.key) attempt \(call.attempt)")
        if settled[call.key] != nil {
            violation("\(call.key) was done and settled, and is performed again")
        }
        let news = runs[call.run] ?? RunNews()
        let isTold = news.phase == .failure && news.retries > 0
        let key = "\(call.eventID)/\(call.workflow)/\(call.step)"
        let right = isTold ? "\(key)+\(news.retries)" : key
        if call.key != right { violation("\(call.key) is performed, its key is \(right)") }
    }

    /// A peer took something.
    func taken(_ call: ActionCall, key: String, content: String) {
        let step = call.key
        note("taken \(step) under \(key)")
        if let owner = owners[key], owner != step {
            violation("the peer saw the key \(key) for \(owner) and for \(step)")
        }
        owners[key] = step
        for earlier in taken[step] ?? [] {
            if earlier.key != key {
                violation("\(step) reached the peer under \(earlier.key) and under \(key)")
            }
            if earlier.content != content {
                violation("\(step) said \"\(earlier.content)\" and then \"\(content)\"")
            }
        }
        taken[step, default: []].append(Taken(key: key, content: content))
    }

    // MARK: - Store

    /// A settlement was written.
    func committed(_ settlement: Settlement, _ answer: Settled) {
        switch (settlement, answer) {
        case (_, .failed(let failure)): note("refused \(failure)")
        case (.chosen(let event, let made), .written(let walkable)):
            note("chosen \(event.id) \(made.map(\.workflow)) \(walkable)")
            for run in made { runs[run.id] = RunNews(lane: event.lane) }
        case (.began(let step), _): began(step)
        case (.ended(let step, _, _), .step(let outcome, let change)):
            if case .done = outcome { settled[step.key] = step.run }
            ended(step, outcome, change)
        case (.effect(let step, _, _), .step(let outcome, let change)):
            ended(step, outcome, change)
        case (.abandoned(let run, let reason), _):
            note("abandoned \(run) \(reason)")
            leave(run)
            runs[run]?.due = nil
        case (.suspected(let run), _): note("suspected \(run)")
        case (.cleared(let run), _): note("cleared \(run)")
        default: break
        }
    }

    /// A run is walked again because a person asked for it.
    func retried(_ run: RunID, fromStart: Bool) {
        note("retried \(run) \(fromStart ? "from the start" : "from the failed step")")
        runs[run]?.due = nil
        runs[run]?.retries += 1
        guard fromStart else { return }
        settled = settled.filter { $0.value != run }
    }

    /// A person said what became of an action.
    func resolved(_ resolution: RunResolution) {
        let step = resolution.step
        note("resolved \(step.key) → \(resolution.change.status)")
        if resolution.change.status == .failed { runs[step.run]?.givenUp += 1 }
        if case .done = resolution.outcome { vouched.insert(step.key) }
    }

    /// A person took a run out of the walk.
    func cancelled(_ run: RunID) {
        note("cancelled \(run)")
        runs[run]?.due = nil
    }

    private func began(_ step: StepRef) {
        note("began \(step.key) attempt \(step.attempt)")
        let lane = runs[step.run]?.lane ?? ""
        if let other = active[lane], other != step.run {
            violation("runs \(other) and \(step.run) of \(lane) are walked side by side")
        }
        active[lane] = step.run
        passed(step)
        runs[step.run]?.due = nil
        runs[step.run]?.phase = step.position.phase
    }

    private func ended(_ step: StepRef, _ outcome: StepOutcome, _ change: RunChange) {
        note("ended \(step.key) \(outcome.status) → \(change.status) \(change.position.index)")
        let lane = runs[step.run]?.lane ?? ""
        if let other = active[lane], other != step.run {
            violation("run \(step.run) moved while run \(other) of \(lane) was under way")
        }
        leave(step.run)
        passed(step)
        runs[step.run]?.due = change.status == .waiting ? change.dueAt?.milliseconds : nil
        switch step.position.phase {
        case .main:
            if change.status == .failed { runs[step.run]?.givenUp += 1 }
        case .failure:
            let isOver = change.status == .dead || change.position != step.position
            if isOver { runs[step.run]?.failureEnds[step.position.index, default: 0] += 1 }
        }
    }

    /// The steps that a run went past end with this one.
    private func passed(_ step: StepRef) {
        for passed in step.passed {
            note("passed \(passed.key)")
            guard passed.position.phase == .failure else { continue }
            runs[step.run]?.failureEnds[passed.position.index, default: 0] += 1
        }
    }

    private func leave(_ run: RunID) {
        let lane = runs[run]?.lane ?? ""
        if active[lane] == run { active[lane] = nil }
    }
}
