import Model
import Store
import Workflows

/// Bringing runs into memory and letting go of them.
extension Walker {
    /// So many runs may wait for a lane or a slot in memory; more are left in the store.
    private static let linedUp = 100_000
    /// So long nothing else is walked beside a suspect's outward attempt.
    static let watchedAlone = Duration.milliseconds(200)

    /// Settles what a process that is gone left under way: nobody knows how it ended.
    func recover() throws(StoreFailure) {
        for run in try engine.memory.interruptedRuns() {
            guard let walking = walking(run, &arrears) else { continue }
            // It was under way when the process died, which is not counted yet.
            if engine.isCareful, isSetAside(walking, crashes: run.crashes + 1, &arrears) {
                continue
            }
            guard let plan = walking.plan else {
                abandon(walking, "it has no such step", &arrears)
                continue
            }
            known[run.id] = run.event.lane
            _ = lanes.enter(run.event.lane, run.id)
            walking.isUnderWay = true
            walking.attempts = max(run.attempts - 1, 0)
            let decision = walking.decision(plan, at: engine.clock(), roll: engine.roll())
            let outcome = StepOutcome.unsure("Till stopped while it was under way")
            var inputs: String?
            if case .filled(_, let recorded) = StepFilling.fill(
                plan,
                in: walking.scope,
                by: engine.evaluator
            ) {
                inputs = recorded
            }
            let reference = walking.reference(plan, inputs: inputs, at: decision.now)
            arrears.add(
                .ended(reference, outcome, decision.change(after: outcome)),
                .step(walking, reference)
            )
            guard engine.isCareful else { continue }
            // A settled step forgives its run all crashes; this one is not forgiven yet.
            for _ in 0...run.crashes { arrears.add(.suspected(run.id), .noted(run.id)) }
        }
    }

    /// Reads what may be walked now: runs first, then events, so that the order of arrival holds.
    func load(into batch: inout Batch) throws(StoreFailure) {
        try settleRested(into: &batch)
        if !wanted.isEmpty { try readWanted(&batch) }
        if let id = alone, known[id] == nil || parked[id] != nil || isOutLongEnough(id) {
            alone = nil
        }
        guard alone == nil else { return }
        guard suspects.isEmpty else {
            if ready.isEmpty, batches.isEmpty, let next = suspects.next() {
                alone = next.id
                batch.add(.suspected(next.id), .suspect(next))
            }
            return
        }
        let now = engine.clock()
        if search.isTimeForRuns(at: now, isBusy: !known.isEmpty) { try readRuns(now, &batch) }
        guard !search.isFirst, search.runs.number == 0 else { return }
        for sequence in search.restedEvents(at: now) {
            let event = try engine.memory.unchosenEvents(after: sequence - 1, limit: 1).first
            guard let event, event.sequence == sequence, !isSetAside(event, &batch) else {
                continue
            }
            choose(event, into: &batch)
        }
        if engine.isCareful, !(backlog.isRead && backlog.isEmpty) {
            try chooseBacklog(into: &batch)
        } else if search.hasEvents {
            try readEvents(&batch)
        }
    }

    /// Whether an attempt has been outside for so long that it will hardly take the process down:
    /// the next suspect is not to be there when it does, nor to wait for a peer that hangs.
    private func isOutLongEnough(_ id: RunID) -> Bool {
        guard let begun = outward[id]?.attempt.reference.startedAt else { return false }
        return engine.clock().since(begun) >= Self.watchedAlone
    }

    /// How many more runs may be taken into memory now.
    var room: Int {
        guard known.count < Self.linedUp else { return 0 }
        return Limits.runsInFlight - ready.count - suspects.count
    }

    private func readRuns(_ now: Timestamp, _ batch: inout Batch) throws(StoreFailure) {
        if search.runs.number == 0 { search.lookedAt = now }
        while room > 0, !batch.isFull {
            let page = try engine.memory.dueRuns(
                at: now,
                after: search.runs,
                limit: Limits.settlementsPerCommit
            )
            for run in page where known[run.id] == nil && !search.isResting(run.id) {
                take(run, &batch)
            }
            guard page.count == Limits.settlementsPerCommit, let last = page.last else {
                search.hasRuns = false
                search.isFirst = false
                search.runs = RunID(0)
                search.dueAt = nil
                return
            }
            search.runs = last.id
        }
    }

    private func readEvents(_ batch: inout Batch) throws(StoreFailure) {
        // Half a batch: the first step of a run rides with the choice.
        let limit = min((Limits.settlementsPerCommit - batch.items.count) / 2, room)
        guard limit > 0 else { return }
        let events = try engine.memory.unchosenEvents(after: search.events, limit: limit)
        search.hasEvents = events.count == limit
        for event in events {
            search.events = event.sequence
            choose(event, into: &batch)
        }
    }

    private func readWanted(_ batch: inout Batch) throws(StoreFailure) {
        let turn = Array(wanted.prefix(Limits.settlementsPerCommit))
        wanted.removeFirst(turn.count)
        let runs = try engine.memory.runs(turn)
        for id in turn where known[id] != nil {
            guard let run = runs.first(where: { $0.id == id }), isWalkable(run),
                let walking = walking(run, &batch)
            else {
                forget(id)
                search.begin()
                continue
            }
            ready.join(walking)
        }
    }

    private func isWalkable(_ run: StoredRun) -> Bool {
        switch run.status {
        case .pending, .waiting, .failed: true
        case .running, .succeeded, .dead, .skipped, .unsure: false
        }
    }

    /// Takes a run that the store holds into memory.
    private func take(_ run: StoredRun, _ batch: inout Batch) {
        guard let walking = walking(run, &batch) else { return }
        // One that was there at a crash stays a suspect when its next attempt is due: beside the
        // one that is to blame it would be there at the next crash too.
        guard run.crashes > 0 || (search.isFirst && engine.isCareful) else {
            if enter(walking) { ready.join(walking) }
            return
        }
        guard !isSetAside(walking, crashes: run.crashes, &batch) else { return }
        known[run.id] = run.event.lane
        if run.crashes == 0 {
            batch.add(.suspected(run.id), .suspect(walking))
        } else {
            suspects.join(walking, crashes: run.crashes)
        }
    }

    /// The run with its workflow; where that is gone, the run is given up.
    private func walking(_ run: StoredRun, _ batch: inout Batch) -> Walking? {
        let playbook = engine.playbooks.current
        do throws(Orphaned) {
            let rule = try playbook.rule(version: run.version)
            return Walking(run, by: rule, vars: playbook.vars)
        } catch {
            known[run.id] = known[run.id] ?? run.event.lane
            batch.add(
                .abandoned(run.id, reason: error.description),
                .abandon(run.id, run.workflow, run.event.id, error.description)
            )
            return nil
        }
    }

    /// Gives a run up that has crashed the process too often.
    private func isSetAside(_ run: Walking, crashes: Int, _ batch: inout Batch) -> Bool {
        guard crashes >= Limits.crashesPerRun else { return false }
        abandon(run, "Till crashed \(Limits.crashesPerRun) times while it was walked", &batch)
        return true
    }

    /// Takes the mark of a run back that is not being walked just now, or whose attempt is put on
    /// record and counts from there.
    func clear(_ run: Walking, _ batch: inout Batch) {
        guard run.isMarked else { return }
        run.isMarked = false
        batch.add(.cleared(run.id), .noted(run.id))
    }

    /// Gives a run up outside a step.
    func abandon(_ run: Walking, _ problem: String, _ batch: inout Batch) {
        let reason = "\(problem); find out why, then retry the run"
        known[run.id] = known[run.id] ?? run.event.lane
        batch.add(
            .abandoned(run.id, reason: reason),
            .abandon(run.id, run.rule.workflow.name, run.event.id, reason)
        )
    }

    /// Ends a step that needed nothing done.
    func end(
        _ run: Walking,
        _ plan: StepPlan,
        _ outcome: StepOutcome,
        _ decision: Decision,
        _ batch: inout Batch
    ) {
        let reference = run.reference(plan, inputs: nil, at: decision.now)
        let change = decision.change(after: outcome)
        batch.add(.ended(reference, outcome, change), .step(run, reference))
    }

    /// Takes a run into memory and asks for its lane; where it is taken, the run is parked.
    func enter(_ run: Walking) -> Bool {
        known[run.id] = run.event.lane
        if lanes.enter(run.event.lane, run.id) { return true }
        park(run)
        return false
    }

    /// Keeps a run until its lane or slot is free; beyond a bound only its number is kept.
    func park(_ run: Walking) {
        if parked.count < Limits.runsInFlight { parked[run.id] = run }
    }

    /// A run's turn has come.
    func resume(_ id: RunID) {
        if unmade.contains(id) {
            early.insert(id)
        } else if let run = parked.removeValue(forKey: id) {
            ready.join(run)
        } else {
            wanted.append(id)
        }
    }

    /// Lets go of a run and gives its lane to the next.
    func forget(_ id: RunID) {
        guard let lane = known.removeValue(forKey: id) else { return }
        parked[id] = nil
        unmade.remove(id)
        early.remove(id)
        if let next = lanes.leave(lane, id, isWanted: { known[$0] != nil }) { resume(next) }
    }
}
