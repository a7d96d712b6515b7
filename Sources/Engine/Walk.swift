import Model
import Plugins
import Store
import Workflows

/// The whole path of one webhook: choose, then for each step judge, fill, act; a batch of it is
/// settled.
extension Walker {
    /// Chooses the workflows of an event; the first step of the first run rides in the same batch.
    func choose(_ event: StoredEvent, into batch: inout Batch) {
        #if DEBUG
        CrashPoint.pass(.whileChoosing, event.id.text)
        #endif
        let playbook = engine.playbooks.current
        guard !playbook.rules(taking: event.type).isEmpty else {
            return batch.add(.chosen(event, []), .choice(event, []))
        }
        let scope = Chooser.scope(of: event, vars: playbook.vars)
        let choices = Chooser.choices(for: event, from: playbook, in: scope, by: engine.evaluator)
        var made: [NewRun] = []
        var walkings: [Walking] = []
        for choice in choices {
            let id = engine.memory.reserveRunID()
            made.append(NewRun(id, choice, crashes: isSuspect(event) ? event.crashes : 0))
            guard case .runs = choice.verdict else { continue }
            walkings.append(Walking(id, for: event, by: choice.rule, scope: scope))
        }
        batch.add(.chosen(event, made), .choice(event, walkings))
        unmade.formUnion(walkings.map(\.id))
        if isSuspect(event) {
            for walking in walkings { known[walking.id] = event.lane }
            return
        }
        for walking in walkings where enter(walking) { walk(walking, into: &batch) }
    }

    /// Judges the run's next steps and fills the first whose `if` is not false; what follows from
    /// its end is fixed here.
    func walk(_ run: Walking, into batch: inout Batch) {
        while true {
            guard let plan = run.plan else { return abandon(run, "it has no such step", &batch) }
            let now = engine.clock()
            let decision = run.decision(plan, at: now, roll: engine.roll())
            switch StepFilling.fill(plan, in: run.scope, by: engine.evaluator) {
            case .unneeded:
                let outcome = StepOutcome.skipped("if is false: \(plan.step.condition?.sql ?? "")")
                if run.pass(plan, outcome, to: decision.change(after: outcome)) { continue }
                return end(run, plan, outcome, decision, &batch)
            case .impossible(let failure):
                return end(run, plan, .failed(failure), decision, &batch)
            case .filled(let inputs, let recorded):
                return act(run, plan, (inputs, recorded), decision, &batch)
            }
        }
    }

    /// Runs a step's statements inside the batch, or puts an outward attempt on record.
    private func act(
        _ run: Walking,
        _ plan: StepPlan,
        _ filled: (inputs: Fields, recorded: String),
        _ decision: Decision,
        _ batch: inout Batch
    ) {
        switch plan.performer {
        case .database(let plugin, let part):
            let reference = run.reference(plan, inputs: filled.recorded, at: decision.now)
            let call = run.effect(part, of: plugin, filled.inputs, reference)
            batch.add(
                .effect(reference, call) { decision.change(after: $0) },
                .step(run, reference)
            )
        case .outward(let plugin, let action, let limits):
            clear(run, &batch)
            guard slots.take(plugin.kind, limit: limits.concurrency, for: run.id) else {
                return park(run)
            }
            let reference = run.reference(plan, inputs: filled.recorded, at: decision.now)
            let call = run.call(plan, filled.inputs, reference, limits.timeout)
            let attempt = Attempt(action, call, plugin.kind, reference.alone, decision)
            batch.add(.began(reference), .begin(run, attempt))
        }
    }
}
