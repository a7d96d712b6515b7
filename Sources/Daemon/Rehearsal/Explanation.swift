package import Model

/// What would come of one event: which workflows take it, what their guards and inputs come out as.
package struct Explanation: Sendable {
    /// The event's id.
    package let event: String
    /// The event's type.
    package let type: String
    /// Every workflow that names the type, by name.
    package let workflows: [WorkflowPart]

    /// One workflow.
    package struct WorkflowPart: Sendable {
        /// Its name.
        package let name: String
        /// `runs`, `skipped`, `other mode`, or `impossible`.
        package let verdict: String
        /// Why, where it does not run; the business key, where it does and has one.
        package let detail: String?
        /// `when` as it is written.
        package let when: String?
        /// Its steps, `on-failure` not among them.
        package let steps: [StepPart]
    }

    /// One step.
    package struct StepPart: Sendable {
        /// Its id.
        package let id: String
        /// Its plugin.
        package let uses: String
        /// `if` as it is written.
        package let condition: String?
        /// `would run`, `skipped`, or `impossible`.
        package let verdict: String
        /// Why it cannot be filled.
        package let detail: String?
        /// Whether it reads what earlier steps leave behind; that is NULL here, because nothing was
        /// run.
        package let readsSteps: Bool
        /// The filled inputs, secrets masked.
        package let inputs: [(name: String, value: String)]
        /// The file of statements that would be run.
        package let effect: String?
        /// The mail or request that would leave the house.
        package let preview: String?
    }

    /// The explanation for people.
    package var text: String {
        guard !workflows.isEmpty else {
            return "\(event) (\(type)): no workflow takes this type; it is stored as unmatched"
        }
        let parts = workflows.map(Self.text)
        return (["\(event) (\(type))"] + parts).joined(separator: "\n\n")
    }

    private static func text(_ part: WorkflowPart) -> String {
        var lines = ["\(part.name): \(part.verdict)" + (part.detail.map { ", \($0)" } ?? "")]
        if let when = part.when { lines.append("  when: \(when)") }
        for (index, step) in part.steps.enumerated() {
            lines.append("")
            lines.append("  \(index + 1). \(step.id) (\(step.uses)): \(step.verdict)")
            if let condition = step.condition { lines.append("     if: \(condition)") }
            if step.readsSteps {
                lines.append("     reads earlier steps, which were not run: they are NULL here")
            }
            if let detail = step.detail { lines.append("     \(detail)") }
            for input in step.inputs { lines.append("     \(input.name): \(input.value)") }
            if let effect = step.effect { lines.append("     would run \(effect)") }
            if let preview = step.preview {
                lines.append("     would send:")
                lines += preview.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { $0.isEmpty ? "" : "       \($0)" }
            }
        }
        return lines.joined(separator: "\n")
    }

    /// The explanation as JSON.
    package var json: JSONTree {
        [
            "event": .text(event), "type": .text(type),
            "workflows": .list(workflows.map(Self.json)),
        ]
    }

    private static func json(_ part: WorkflowPart) -> JSONTree {
        let tree: JSONTree = ["workflow": .text(part.name), "verdict": .text(part.verdict)]
        return tree.adding("detail", part.detail.map(JSONTree.text))
            .adding("when", part.when.map(JSONTree.text))
            .adding("steps", .list(part.steps.map(Self.json)))
    }

    private static func json(_ step: StepPart) -> JSONTree {
        let tree: JSONTree = [
            "step": .text(step.id), "uses": .text(step.uses), "verdict": .text(step.verdict),
            "reads_steps": .flag(step.readsSteps),
        ]
        let inputs = step.inputs.map { (key: $0.name, value: JSONTree.text($0.value)) }
        return tree.adding("if", step.condition.map(JSONTree.text))
            .adding("detail", step.detail.map(JSONTree.text))
            .adding("inputs", .object(inputs))
            .adding("effect", step.effect.map(JSONTree.text))
            .adding("preview", step.preview.map(JSONTree.text))
    }
}
