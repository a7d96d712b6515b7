package import Model
import Plugins
package import Store
import Workflows

/// What judging and filling a step came to, before anything is done.
package enum StepFilling: Sendable {
    /// `if` was false.
    case unneeded
    /// The inputs, in clear for the action, and the same as JSON with secrets masked for the
    /// record.
    case filled(Fields, recorded: String)
    /// It cannot be filled; trying again gives the same.
    case impossible(StepFailure)

    /// Judges a step's `if` and fills its inputs, with one evaluation where nothing goes wrong.
    ///
    /// - Parameters:
    ///   - plan: The step.
    ///   - scope: What its expressions see.
    ///   - evaluator: Who evaluates them.
    /// - Returns: What it came to.
    package static func fill(
        _ plan: StepPlan,
        in scope: ExpressionScope,
        by evaluator: any ExpressionEvaluator
    ) -> StepFilling {
        do throws(ExpressionFailure) {
            let values = try evaluator.values(
                of: plan.expressions,
                if: plan.step.condition,
                in: scope
            )
            guard let values else { return .unneeded }
            return inputs(plan, values[...])
        } catch {
            let reason = "step \(plan.step.id) cannot be filled: \(error)"
            return .impossible(StepFailure(reason, fault: .operator, isFinal: true))
        }
    }

    private static func inputs(
        _ plan: StepPlan,
        _ all: ArraySlice<Value>
    ) -> StepFilling {
        var fields = Fields()
        fields.pairs.reserveCapacity(plan.inputs.count)
        var values = all
        for (input, template) in plan.inputs {
            let raw = whole(template, of: input, &values, masked: false)
            switch InputTyping.value(raw, for: input) {
            case .success(let value): fields.pairs.append((input.name, value))
            case .failure(let problem):
                let shown = template.expressions.map { "\($0.place): \($0.sql)" }
                let origin = shown.isEmpty ? "" : " (\(shown.joined(separator: "; ")))"
                let reason =
                    "step \(plan.step.id), input \(input.name): \(problem.message)\(origin)"
                return .impossible(StepFailure(reason, fault: .operator, isFinal: true))
            }
        }
        guard plan.hasSecrets else { return .filled(fields, recorded: fields.json) }
        return .filled(fields, recorded: masked(plan, all).json)
    }

    private static func masked(_ plan: StepPlan, _ values: ArraySlice<Value>) -> Fields {
        var values = values
        return Fields(
            plan.inputs.map {
                ($0.input.name, whole($0.template, of: $0.input, &values, masked: true))
            }
        )
    }

    /// An input's value; an expression for a JSON input came as JSON text.
    private static func whole(
        _ template: Template,
        of input: Plugin.Input,
        _ values: inout ArraySlice<Value>,
        masked: Bool
    ) -> Value {
        let value = render(template, &values, masked: masked)
        guard input.type == .json, value != .null, case .expression = template else {
            return value
        }
        return .json(value.asText)
    }

    /// The template's value; takes as many of the values as it has expressions.
    private static func render(
        _ template: Template,
        _ values: inout ArraySlice<Value>,
        masked: Bool
    ) -> Value {
        switch template {
        case .literal(let value): return value
        case .expression: return values.popFirst() ?? .null
        case .text(let parts):
            var text = ""
            for part in parts {
                switch part {
                case .literal(let piece): text += piece
                case .expression: text += (values.popFirst() ?? .null).asText
                case .secret(_, let secret):
                    text += masked ? secret.description : secret.reveal
                }
            }
            return .text(text)
        case .object(let pairs):
            let members = pairs.map {
                JSONText.quoted($0.key) + ":" + nested($0.value, &values, masked: masked)
            }
            return .json("{" + members.joined(separator: ",") + "}")
        case .array(let items):
            let members = items.map { nested($0, &values, masked: masked) }
            return .json("[" + members.joined(separator: ",") + "]")
        }
    }

    /// A value inside nested YAML; an expression's value is JSON text already.
    private static func nested(
        _ template: Template,
        _ values: inout ArraySlice<Value>,
        masked: Bool
    ) -> String {
        let value = render(template, &values, masked: masked)
        if case .expression = template { return value == .null ? "null" : value.asText }
        return value.asJSON
    }
}
