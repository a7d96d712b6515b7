import Logging
import Model
import Plugins
import Store

/// The engine's loop and what it remembers between two rounds.
///
/// One round: read the notes, load what may be walked, put a batch together, send it to the store.
/// Two batches may be under way, so that the next one is prepared while the last is on its way to
/// the disk.
final class Walker {
    /// What to do when nothing can be walked.
    enum Idle {
        /// Sleep until something is posted or due.
        case wait
        /// Look for due runs at once: the clock was turned.
        case look
        /// End the walk.
        case stop
    }

    /// What it works for.
    let engine: Engine
    /// What it tells of runs and steps.
    let journal: EngineJournal
    /// Which run has which lane.
    var lanes = Lanes()
    /// Which kinds have room.
    var slots = Slots()
    /// Every run in memory, with its lane.
    var known: [RunID: String] = [:]
    /// Runs whose next step can be walked in the next batch.
    var ready = Line<Walking>()
    /// Runs that wait for a lane or a slot; beyond a bound they are read again when their turn
    /// comes.
    var parked: [RunID: Walking] = [:]
    /// Runs whose turn has come and that must be read again.
    var wanted: [RunID] = []
    /// Runs whose making is on its way to the store; none of them may overtake it.
    var unmade: Set<RunID> = []
    /// Those of them whose turn has come already.
    var early: Set<RunID> = []
    /// Outward attempts under way.
    var outward: [RunID: (run: Walking, attempt: Attempt)] = [:]
    /// Batches under way, by number.
    var batches: [Int: Batch] = [:]
    /// Ends of steps that could not be written and must not be lost.
    var arrears = Batch()
    /// What the store refused and must not be lost, until its run has rested.
    var unsettled: [RunID: Batch.Item] = [:]
    /// How far the store was searched.
    var search = Search()
    /// The events that an unclean stop left behind.
    var backlog = Backlog()
    /// Runs that are walked alone because the process crashed while they were walked.
    var suspects = Suspects()
    /// The suspect that is being walked.
    var alone: RunID?
    /// No new work is taken.
    var isDraining = false
    /// The loop ends.
    var isOver = false
    /// The time for draining is up.
    var isLate = false
    /// After a failure of the store: nothing is tried before.
    var pausedUntil: Timestamp?
    private var batchNumber = 0

    /// At most so many batches are on their way to the store.
    private static let batchesAtOnce = 2
    /// A sleeping engine looks at the wall clock at least this often, because that clock may be
    /// set.
    private static let longestSleep = Duration.seconds(30)
    /// The pause where a due run cannot be taken yet.
    private static let shortestSleep = Duration.milliseconds(500)

    /// Begins with nothing in memory.
    init(_ engine: Engine) {
        self.engine = engine
        journal = EngineJournal(engine.logger)
    }

    /// Walks until drained, cancelled, or idle where that ends it.
    func walk(
        whenIdle: @escaping @Sendable (Timestamp?) -> Idle
    ) async throws(StoreFailure) {
        let changes = engine.memory.changes()
        let mailbox = engine.mailbox
        // What an earlier walk left unread is of no use to this one.
        for note in mailbox.take() {
            if case .drain = note { mailbox.post(note) }
        }
        let result: Result<Void, StoreFailure> = await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in changes { mailbox.post(.changed) }
            }
            defer { group.cancelAll() }
            do throws(StoreFailure) {
                try recover()
                while !isOver, !Task.isCancelled {
                    if try round(&group) { continue }
                    try await pause(whenIdle)
                }
                if isDraining { try await release(&group) }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// One round; true where anything was done, so that another round should follow at once.
    private func round(_ group: inout DiscardingTaskGroup) throws(StoreFailure) -> Bool {
        let notes = engine.mailbox.take()
        for note in notes { try read(note, &group) }
        if isDraining, isLate || (outward.isEmpty && batches.isEmpty && arrears.isEmpty) {
            isOver = true
            return true
        }
        guard batches.count < Self.batchesAtOnce, !isPaused() else { return !notes.isEmpty }
        var batch = arrears
        arrears = Batch()
        if !isDraining {
            try load(into: &batch)
            while !batch.isFull, let run = ready.next() { walk(run, into: &batch) }
        }
        guard !batch.isEmpty else {
            // What is ready while draining is left in the store.
            let hasSuspect = !suspects.isEmpty && alone == nil && batches.isEmpty
            return !notes.isEmpty || (!isDraining && (!ready.isEmpty || hasSuspect))
        }
        send(batch, &group)
        return true
    }

    /// Sends a batch to the store; its answer comes as a note.
    private func send(_ batch: Batch, _ group: inout DiscardingTaskGroup) {
        batchNumber += 1
        batches[batchNumber] = batch
        let settlements = batch.items.map(\.settlement)
        let (memory, mailbox, number) = (engine.memory, engine.mailbox, batchNumber)
        group.addTask {
            do throws(StoreFailure) {
                mailbox.post(
                    .settled(batch: number, .success(try await memory.settle(settlements)))
                )
            } catch {
                mailbox.post(.settled(batch: number, .failure(error)))
            }
        }
    }

    /// Reads one note.
    private func read(_ note: EngineNote, _ group: inout DiscardingTaskGroup) throws(StoreFailure) {
        switch note {
        case .changed: search.begin()
        case .released(let event): takeUp(event: event)
        case .settled(let number, let result):
            guard let batch = batches.removeValue(forKey: number) else { return }
            for attempt in try settled(batch, result) {
                let (sleep, mailbox) = (engine.sleep, engine.mailbox)
                group.addTask { await attempt.perform(sleep: sleep, posting: mailbox) }
            }
        case .answered(let id, let outcome): answered(id, outcome)
        case .returned(let kind):
            if let next = slots.free(kind, isWanted: { known[$0] != nil }) { resume(next) }
        case .drain:
            isDraining = true
            let (sleep, mailbox) = (engine.sleep, engine.mailbox)
            group.addTask {
                do {
                    try await sleep(Limits.drainTime - .seconds(2))
                } catch {
                    // swallow: everything was settled before the time was up.
                    return
                }
                mailbox.post(.drained)
            }
        case .drained: isLate = true
        }
    }

    /// Nothing could be done: sleeps until something happens or is due.
    private func pause(_ whenIdle: (Timestamp?) -> Idle) async throws(StoreFailure) {
        let now = engine.clock()
        var limit = Self.longestSleep
        if let pausedUntil { limit = min(limit, pausedUntil.since(now)) }
        if !isDraining, batches.isEmpty, outward.isEmpty {
            let due = earliest(try engine.memory.nextDue(), search.nextRelease)
            switch whenIdle(pausedUntil ?? due) {
            case .stop: return isOver = true
            case .look: return search.begin()
            case .wait: break
            }
        }
        if alone != nil { limit = min(limit, Self.watchedAlone) }
        search.dueAt = try engine.memory.nextDue()
        if !isDraining, let due = search.dueAt {
            limit = min(limit, max(due.since(now), Self.shortestSleep))
        }
        if let release = search.nextRelease {
            limit = min(limit, max(release.since(now), Self.shortestSleep))
        }
        await engine.mailbox.wait(atMost: max(limit, .milliseconds(1)), sleep: engine.sleep)
        if engine.mailbox.isEmpty { search.begin() }
    }

    private func earliest(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    /// Whether the store is given time after a failure.
    private func isPaused() -> Bool {
        guard let until = pausedUntil else { return false }
        if engine.clock() < until { return true }
        pausedUntil = nil
        return false
    }
}
