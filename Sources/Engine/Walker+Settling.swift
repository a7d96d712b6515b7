import Model
import Store

/// What follows once a batch was written, or was not.
extension Walker {
    /// Applies the store's answers to a batch.
    ///
    /// - Parameters:
    ///   - batch: What was sent.
    ///   - result: One answer for each piece, or why nothing was written.
    /// - Returns: The outward attempts that are on record now and may begin.
    /// - Throws: ``StoreFailure/broken(_:)``.
    func settled(
        _ batch: Batch,
        _ result: Result<[Settled], StoreFailure>
    ) throws(StoreFailure) -> [Attempt] {
        var begun: [Attempt] = []
        switch result {
        case .success(let answers):
            for (index, answer) in answers.enumerated() {
                if case .unwritten(let failure) = answer {
                    putBack(batch.items[index...], because: failure)
                    break
                }
                if let attempt = apply(answer, to: batch.items[index]) { begun.append(attempt) }
            }
        case .failure(let failure):
            if case .broken = failure { throw failure }
            putBack(batch.items[...], because: failure)
        }
        return begun
    }

    /// Applies one answer.
    private func apply(_ answer: Settled, to item: Batch.Item) -> Attempt? {
        switch (item.subject, answer) {
        case (_, .failed(let failure)): refused(item, failure)
        case (.choice(_, let walkings), .written(let runs)): chosen(item, walkings, runs)
        case (.begin(let run, let attempt), _):
            run.isUnderWay = true
            if case .began(let reference) = item.settlement { journal.passed(reference) }
            outward[run.id] = (run, attempt)
            return attempt
        case (.step(let run, let reference), .step(let outcome, let change)):
            journal.attempted(reference, of: run.event.type, outcome, change, since: item.at)
            follow(run, reference, outcome, change)
        case (.suspect(let run), _):
            run.isMarked = true
            if lanes.enter(run.event.lane, run.id) {
                ready.join(run)
            } else {
                clear(run, &arrears)
                park(run)
            }
        case (.abandon(let id, let workflow, let event, let reason), _):
            journal.abandoned(id, workflow, event, reason)
            forget(id)
        case (.suspectEvent(let event), _): backlog.wasMarked(event)
        case (.hold(let event, let reason), _): journal.held(event, reason)
        case (.noted, _), (.choice, .step), (.step, .written), (_, .unwritten): break
        }
        return nil
    }

    /// The runs of an event are made: those that a business key skipped are let go.
    private func chosen(_ item: Batch.Item, _ walkings: [Walking], _ runs: [RunID]) {
        guard case .chosen(let event, let made) = item.settlement else { return }
        journal.chosen(event, made, walking: runs)
        for walking in walkings {
            unmade.remove(walking.id)
            if !runs.contains(walking.id) {
                forget(walking.id)
            } else if isSuspect(event) {
                suspects.join(walking, crashes: event.crashes)
            } else if early.remove(walking.id) != nil {
                resume(walking.id)
            }
        }
    }

    /// A step is settled: its run goes on from memory, rests in the store, or is over.
    private func follow(
        _ run: Walking,
        _ reference: StepRef,
        _ outcome: StepOutcome,
        _ change: RunChange
    ) {
        guard known[run.id] != nil else { return }
        // A settled step forgives its run all crashes.
        run.isMarked = false
        run.isUnderWay = false
        switch change.status {
        case .pending, .failed:
            if isDraining {
                forget(run.id)
            } else if run.advance(change, after: outcome, of: reference.step) {
                ready.join(run)
            } else {
                wanted.append(run.id)
            }
        case .waiting:
            if let due = change.dueAt { search.dueAt = min(search.dueAt ?? due, due) }
            forget(run.id)
        case .running, .succeeded, .dead, .skipped, .unsure:
            forget(run.id)
        }
    }

    /// An outward attempt has ended; its end joins the next batch.
    func answered(_ id: RunID, _ outcome: StepOutcome) {
        guard let (run, attempt) = outward.removeValue(forKey: id) else { return }
        var decision = attempt.decision
        decision.now = engine.clock()
        let change = decision.change(after: outcome)
        arrears.add(.ended(attempt.reference, outcome, change), .step(run, attempt.reference))
    }

    /// One piece was rolled back, the others of its batch were not.
    private func refused(_ item: Batch.Item, _ failure: StoreFailure) {
        switch item.subject {
        case .step(let run, _) where known[run.id] == nil: return
        case .begin(let run, _) where known[run.id] == nil: break
        default: journal.refused(item.settlement, failure)
        }
        guard let id = item.run else { return letGo(item) }
        search.rest(id, at: engine.clock())
        switch item.subject {
        // Nobody would look for a run that the store has as running.
        case .step(let run, _) where run.isUnderWay: unsettled[id] = item
        case .abandon: unsettled[id] = item
        default: letGo(item)
        }
    }

    /// Settles again what was refused of a run that is still *running*.
    ///
    /// The end of an outward attempt becomes *unsure*: the store would refuse the same words again.
    func settleRested(into batch: inout Batch) throws(StoreFailure) {
        for id in search.restedRuns(at: engine.clock()) {
            guard let item = unsettled.removeValue(forKey: id) else { continue }
            guard try engine.memory.runs([id]).first?.status == .running else {
                letGo(item)
                continue
            }
            guard case .step(let run, let reference) = item.subject, let plan = run.plan else {
                batch.add(item.settlement, item.subject)
                continue
            }
            let decision = run.decision(plan, at: engine.clock(), roll: engine.roll())
            let outcome = StepOutcome.unsure("how it ended could not be written down")
            batch.add(
                .ended(reference, outcome, decision.change(after: outcome)),
                .step(run, reference)
            )
        }
    }

    /// Nothing of these was written: what must not be lost is kept, the rest is read again.
    ///
    /// Kept is what is about a run that the store may have as *running*, for which nobody would
    /// look again, and the crashes that such a run was there at.
    private func putBack(_ items: ArraySlice<Batch.Item>, because failure: StoreFailure) {
        journal.storeRefused(failure)
        pausedUntil = engine.clock() + .seconds(1)
        for item in items {
            switch (item.settlement, item.subject) {
            case (.ended, _), (.abandoned, _), (.suspected, .noted):
                arrears.add(item.settlement, item.subject)
            default: letGo(item)
            }
        }
        search.begin()
    }

    /// Lets go of what a piece was about; the store still has it as it was.
    private func letGo(_ item: Batch.Item) {
        switch item.subject {
        case .choice(let event, let walkings):
            search.rest(event: event.sequence, at: engine.clock())
            for walking in walkings { forget(walking.id) }
        case .suspectEvent(let event):
            backlog.wasRefused()
            search.rest(event: event.sequence, at: engine.clock())
        case .hold(let event, _): search.rest(event: event.sequence, at: engine.clock())
        case .begin(let run, let attempt):
            forget(run.id)
            if let next = slots.free(attempt.kind, isWanted: { known[$0] != nil }) { resume(next) }
        case .step(let run, _), .suspect(let run): forget(run.id)
        case .abandon(let id, _, _, _): forget(id)
        // The run has another piece that decides; a mark too many is forgiven with the next step.
        case .noted: break
        }
    }

    /// The time for draining is up: outward attempts are cancelled and what they say is settled.
    func release(_ group: inout DiscardingTaskGroup) async throws(StoreFailure) {
        group.cancelAll()
        let end = ContinuousClock.now + .seconds(1)
        while !outward.isEmpty || !batches.isEmpty, ContinuousClock.now < end {
            await engine.mailbox.wait(atMost: .milliseconds(50), sleep: engine.sleep)
            for note in engine.mailbox.take() {
                switch note {
                case .answered(let id, let outcome): answered(id, outcome)
                case .settled(let number, let result):
                    guard let batch = batches.removeValue(forKey: number) else { continue }
                    _ = try settled(batch, result)
                case .changed, .released, .returned, .drain, .drained: continue
                }
            }
        }
        guard !arrears.isEmpty else { return }
        let batch = arrears
        arrears = Batch()
        do throws(StoreFailure) {
            let answers = try await engine.memory.settle(batch.items.map(\.settlement))
            _ = try settled(batch, .success(answers))
        } catch {
            // A busy store or a full disk: those runs stay *running* there, which the next start
            // finds and makes unsure. Only a broken one is thrown on.
            _ = try settled(batch, .failure(error))
        }
    }
}
