package import Model
package import Plugins
package import Workflows

/// One step bound to its plugin, with its expressions laid out for a single evaluation.
package struct StepPlan: Sendable {
    /// The step as it was read.
    package let step: Step
    /// What performs it.
    package let performer: Performer
    /// The expressions of all inputs, in the order ``StepFilling`` takes their values.
    package let expressions: [Expression]
    /// One template for each input of the manifest.
    package let inputs: [(input: Plugin.Input, template: Template)]
    /// Whether a secret stands in any input, so that what is recorded differs from what is used.
    package let hasSecrets: Bool

    /// Binds a step to its plugin.
    package init(_ step: Step, _ performer: Performer) {
        self.step = step
        self.performer = performer
        inputs = performer.plugin.inputs.map { input in
            let given = step.with.first { $0.input == input.name }
            return (input, given?.template ?? .literal(input.default))
        }
        var expressions: [Expression] = []
        var hasSecrets = false
        for (input, template) in inputs {
            Self.collect(template, asJSON: input.type == .json, &expressions, &hasSecrets)
        }
        self.expressions = expressions
        self.hasSecrets = hasSecrets
    }

    private static func collect(
        _ template: Template,
        asJSON: Bool,
        _ expressions: inout [Expression],
        _ hasSecrets: inout Bool
    ) {
        switch template {
        case .literal: return
        case .expression(let expression):
            expressions.append(asJSON ? quoted(expression) : expression)
        case .text(let parts):
            for part in parts {
                switch part {
                case .literal: continue
                case .expression(let expression): expressions.append(expression)
                case .secret: hasSecrets = true
                }
            }
        case .object(let pairs):
            for pair in pairs { collect(pair.value, asJSON: true, &expressions, &hasSecrets) }
        case .array(let items):
            for item in items { collect(item, asJSON: true, &expressions, &hasSecrets) }
        }
    }

    /// The expression as JSON text: what SQLite knows to be JSON stays as it is, all else is
    /// quoted.
    ///
    /// Source: SQLite "json_quote"; a scope's column that holds an object is JSON by definition.
    private static func quoted(_ expression: Expression) -> Expression {
        let isColumn = jsonColumns.contains(expression.sql.filter { !$0.isWhitespace })
        let function = isColumn ? "json" : "json_quote"
        return Expression("\(function)(\(expression.sql)\n)", at: expression.place)
    }

    private static let jsonColumns: Set = [
        "event", "object", "previous", "metadata", "steps", "vars",
    ]
}
