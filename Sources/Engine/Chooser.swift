package import Model
package import Store
import Stripe
import Workflows

/// Finds the workflows that take an event, and judges their `when`.
package enum Chooser {
    /// One workflow that takes the event.
    package struct Choice: Sendable {
        /// The workflow.
        package let rule: Rule
        /// Whether it runs, and why not where it does not.
        package let verdict: Verdict
    }

    /// Whether a workflow runs for an event.
    package enum Verdict: Sendable, Hashable {
        /// It runs, under its business key where it has one.
        case runs(onceKey: String?)
        /// `when` was false.
        case skipped(String)
        /// `when` or `once-per` could not be evaluated.
        case impossible(String)
    }

    /// What the expressions of an event's workflows see, before any step was walked.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - vars: `vars` of the settings.
    /// - Returns: The scope; where the body is gone or no event, its parts are empty.
    package static func scope(of event: StoredEvent, vars: String) -> ExpressionScope {
        let body = event.body ?? ""
        var scope = ExpressionScope(
            event: event.body ?? "{}",
            object: nil,
            previous: nil,
            metadata: "{}",
            id: event.id.text,
            type: event.type,
            created: event.created.seconds,
            livemode: event.livemode,
            account: event.account,
            endpoint: event.endpoint,
            vars: vars
        )
        do {
            let envelope = try EventEnvelope.read(body)
            scope.object = envelope.object
            scope.previous = envelope.previous
            scope.metadata = envelope.metadata
        } catch {
            // swallow: only a purged body is no event; its expressions then see NULL.
            scope.event = "{}"
        }
        return scope
    }

    /// The workflows that take an event, in the order of their names.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - playbook: The rules in force.
    ///   - scope: What their expressions see.
    ///   - evaluator: Who evaluates them.
    /// - Returns: One choice for each workflow whose `on` and `mode` fit.
    package static func choices(
        for event: StoredEvent,
        from playbook: Playbook,
        in scope: ExpressionScope,
        by evaluator: any ExpressionEvaluator
    ) -> [Choice] {
        playbook.rules(taking: event.type).compactMap { rule in
            guard rule.workflow.mode.fits(livemode: event.livemode) else { return nil }
            return choice(of: rule, for: event, in: scope, by: evaluator)
        }
    }

    /// What the guard of one workflow says of an event.
    ///
    /// - Parameters:
    ///   - rule: A workflow that takes the event's type.
    ///   - event: The event.
    ///   - scope: What its expressions see.
    ///   - evaluator: Who evaluates them.
    /// - Returns: The choice.
    static func choice(
        of rule: Rule,
        for event: StoredEvent,
        in scope: ExpressionScope,
        by evaluator: any ExpressionEvaluator
    ) -> Choice {
        guard event.body != nil else {
            let reason = "the event's body was purged; fetch it from Stripe again"
            return Choice(rule: rule, verdict: .impossible(reason))
        }
        return Choice(rule: rule, verdict: verdict(on: rule.workflow, in: scope, by: evaluator))
    }

    private static func verdict(
        on workflow: Workflow,
        in scope: ExpressionScope,
        by evaluator: any ExpressionEvaluator
    ) -> Verdict {
        do throws(ExpressionFailure) {
            if let when = workflow.when,
                try evaluator.values(of: [], if: when, in: scope) == nil
            {
                return .skipped("when is false: \(when.sql)")
            }
            guard let oncePer = workflow.oncePer else { return .runs(onceKey: nil) }
            let key = try self.key(oncePer, in: scope, by: evaluator)
            return .runs(onceKey: key.map { "\(workflow.name)/\($0)" })
        } catch {
            return .impossible("the workflow's guard cannot be evaluated: \(error)")
        }
    }

    /// The business key, nil where it came out as NULL.
    private static func key(
        _ template: Template,
        in scope: ExpressionScope,
        by evaluator: any ExpressionEvaluator
    ) throws(ExpressionFailure) -> String? {
        var values = try evaluator.values(of: template.expressions, in: scope)[...]
        switch template {
        case .literal(let value): return value == .null ? nil : value.asText
        case .expression:
            let value = values.popFirst() ?? .null
            return value == .null ? nil : value.asText
        case .text(let parts):
            var text = ""
            for part in parts {
                switch part {
                case .literal(let piece): text += piece
                case .expression:
                    // One NULL makes the whole key NULL, as || does in SQL.
                    guard let value = values.popFirst(), value != .null else { return nil }
                    text += value.asText
                case .secret(let reference, _): text += reference
                }
            }
            return text
        case .object, .array: return nil
        }
    }
}
