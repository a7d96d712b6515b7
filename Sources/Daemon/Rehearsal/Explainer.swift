import Engine
package import Model
import Plugins
import SQLiteStore
package import Store
import Workflows

/// Explains what would come of an event, with the matcher, guards and templates that run for real.
package struct Explainer: Sendable {
    private let draft: PlaybookDraft

    /// Reads plugins and workflows; secrets are taken as given.
    ///
    /// - Parameter settings: Which folders, and what mails look like.
    /// - Throws: ``Mistakes`` of plugins and workflows.
    package init(_ settings: Settings) throws(Mistakes) {
        draft = try RehearsalHouse.draft(settings) { $0 }
    }

    /// Explains an event over empty business tables.
    ///
    /// - Parameter body: The event, JSON text.
    /// - Returns: What would come of it.
    /// - Throws: What is wrong with the body.
    package func explain(_ body: String) async throws -> Explanation {
        let clock = VirtualClock(Timestamp(seconds: 0))
        return try await RehearsalHouse.withDatabase(clock: clock) { memory in
            try await memory.migrate(draft.schemas)
            return try explain(body, over: memory.expressions)
        }
    }

    /// Explains an event over a database's business tables, which are only read.
    ///
    /// - Parameters:
    ///   - body: The event, JSON text.
    ///   - evaluator: Who evaluates expressions over that database.
    /// - Returns: What would come of it.
    /// - Throws: What is wrong with the body.
    package func explain(
        _ body: String,
        over evaluator: any ExpressionEvaluator
    ) throws -> Explanation {
        let delivery = try RehearsalHouse.delivery(body, at: Timestamp(seconds: 0))
        let event = StoredEvent(
            sequence: 0,
            id: delivery.id,
            type: delivery.type,
            created: delivery.created,
            livemode: delivery.livemode,
            account: delivery.account,
            lane: delivery.lane,
            endpoint: delivery.endpoint,
            body: body
        )
        let playbook = Playbook(
            generation: 0,
            hash: draft.hash,
            loadedAt: Timestamp(seconds: 0),
            rules: draft.workflows.compactMap {
                Rule($0, version: 0, performers: draft.performers)
            },
            performers: draft.performers,
            vars: draft.vars
        ) { _ in throw Orphaned("nothing was stored") }
        let scope = Chooser.scope(of: event, vars: draft.vars)
        let choices = Chooser.choices(for: event, from: playbook, in: scope, by: evaluator)
        let parts = playbook.rules(taking: event.type).map { rule in
            let choice = choices.first { $0.rule.workflow.name == rule.workflow.name }
            return part(rule, choice?.verdict, event, scope, evaluator)
        }
        return Explanation(event: event.id.text, type: event.type, workflows: parts)
    }

    private func part(
        _ rule: Rule,
        _ verdict: Chooser.Verdict?,
        _ event: StoredEvent,
        _ scope: ExpressionScope,
        _ evaluator: any ExpressionEvaluator
    ) -> Explanation.WorkflowPart {
        let (word, detail): (String, String?) =
            switch verdict {
            case nil: ("other mode", "it is for mode \(rule.workflow.mode.rawValue)")
            case .runs(let key)?: ("runs", key.map { "once-per key \($0)" })
            case .skipped(let why)?: ("skipped", why)
            case .impossible(let why)?: ("impossible", why)
            }
        let runs = if case .runs? = verdict { true } else { false }
        let steps = runs ? rule.steps.map { step($0, rule, event, scope, evaluator) } : []
        return Explanation.WorkflowPart(
            name: rule.workflow.name,
            verdict: word,
            detail: detail,
            when: rule.workflow.when?.sql,
            steps: steps
        )
    }

    private func step(
        _ plan: StepPlan,
        _ rule: Rule,
        _ event: StoredEvent,
        _ scope: ExpressionScope,
        _ evaluator: any ExpressionEvaluator
    ) -> Explanation.StepPart {
        let all = plan.expressions + [plan.step.condition].compactMap { $0 }
        let readsSteps = all.contains { $0.sql.contains(/\bsteps\b/) }
        var (verdict, detail): (String, String?) = ("would run", nil)
        var inputs: [(name: String, value: String)] = []
        var effect: String?
        var preview: String?
        switch StepFilling.fill(plan, in: scope, by: evaluator) {
        case .unneeded: verdict = "skipped"
        case .impossible(let failure): (verdict, detail) = ("impossible", failure.reason)
        case .filled(let fields, let recorded):
            inputs = shown(recorded, fields)
            switch plan.performer {
            case .database(_, let part): effect = part.effect.path
            case .outward(_, let action, let limits):
                preview = action.preview(
                    ActionCall(
                        key: "\(event.id)/\(rule.workflow.name)/\(plan.step.id)",
                        eventID: event.id,
                        eventType: event.type,
                        eventCreated: event.created,
                        livemode: event.livemode,
                        workflow: rule.workflow.name,
                        step: plan.step.id,
                        run: RunID(0),
                        attempt: 1,
                        inputs: fields,
                        timeout: plan.step.timeout ?? limits.timeout
                    )
                )
            }
        }
        return Explanation.StepPart(
            id: plan.step.id,
            uses: plan.step.uses,
            condition: plan.step.condition?.sql,
            verdict: verdict,
            detail: detail,
            readsSteps: readsSteps,
            inputs: inputs,
            effect: effect,
            preview: preview
        )
    }

    /// The inputs as they are recorded: with secrets masked, in the manifest's order.
    private func shown(_ recorded: String, _ fields: Fields) -> [(name: String, value: String)] {
        let tree = TriggerJSON(recorded)
        return fields.pairs.map { pair in
            (pair.name, tree?[[pair.name]]?.text ?? pair.value.asJSON)
        }
    }
}
