import Model
import Plugins
import YAMLTree

/// Reads the steps of one workflow.
struct StepReader {
    /// The plugins and what judges literal inputs.
    let reader: WorkflowReader
    /// The ids of all steps.
    let names: StepNames
    /// Reads what stands under `with`.
    let templates: TemplateReader

    private var mistakes: MistakeList { templates.mistakes }

    /// Makes a reader for one workflow.
    init(reader: WorkflowReader, names: StepNames, templates: TemplateReader) {
        self.reader = reader
        self.names = names
        self.templates = templates
    }

    /// The step at an index of all; nil after a mistake without which there is no step.
    func step(_ node: Node, at index: Int) -> Step? {
        let keys = MappingReader(
            node,
            as: "a step",
            keys: Grammar.step.map(\.name),
            noting: mistakes
        )
        _ = keys.text("id")
        let uses = keys.text("uses", required: true)
        let visible = StepNames.Visible.before(index)
        let condition = keys.node("if").flatMap {
            templates.expressions.condition($0, of: "if", visible: visible, names: names)
        }
        let plugin = uses.flatMap { self.plugin($0, keys) }
        let with = inputs(keys, of: plugin, TemplateReader.Scope(visible: visible, names: names))
        let step = Step(
            id: names.ids[index] ?? "",
            uses: uses ?? "",
            condition: condition,
            with: with,
            retry: retry(keys),
            wait: wait(keys),
            timeout: keys.duration("timeout", in: Grammar.timeout),
            whenUnsure: keys.choice("when-unsure", of: Step.WhenUnsure.self) ?? .retry,
            onError: keys.choice("on-error", of: Step.OnError.self) ?? .stop,
            place: node.place
        )
        if let plugin, plugin.kind == .sql {
            for key in ["timeout", "when-unsure"] where keys.has(key) {
                keys.note(
                    "\"\(key)\" is for actions that leave the house, and \(plugin.name) only "
                        + "touches the database; remove it",
                    at: key
                )
            }
        }
        return uses == nil ? nil : step
    }

    private func plugin(_ name: String, _ keys: MappingReader) -> Plugin? {
        if let plugin = reader.plugins[name] { return plugin }
        let known = reader.plugins.keys.sorted()
        let hint = Suggestion.hint(for: name, among: known)
        let list =
            known.isEmpty ? "; there are none" : "; there are \(known.joined(separator: ", "))"
        keys.note("there is no plugin \"\(name)\"" + (hint.isEmpty ? list : hint), at: "uses")
        return nil
    }

    private func inputs(
        _ keys: MappingReader,
        of plugin: Plugin?,
        _ scope: TemplateReader.Scope
    ) -> [(input: String, template: Template)] {
        let pairs = keys.pairs("with") ?? []
        guard let plugin else {
            // The inputs' types are unknown; their expressions can be checked all the same.
            for pair in pairs { _ = templates.json(pair.value, scope) }
            return []
        }
        let known = plugin.inputs.map(\.name)
        var given: [String: Template] = [:]
        for pair in pairs {
            guard let input = plugin.inputs.first(where: { $0.name == pair.key }) else {
                let hint = Suggestion.hint(for: pair.key, among: known)
                let list =
                    known.isEmpty ? "; it has none" : "; it has \(known.joined(separator: ", "))"
                mistakes.note(
                    "\(plugin.name) has no input \"\(pair.key)\"" + (hint.isEmpty ? list : hint),
                    at: pair.keyPlace
                )
                _ = templates.json(pair.value, scope)
                continue
            }
            guard let template = templates.input(pair.value, for: input, scope) else { continue }
            given[pair.key] = template
            if case .literal(let value) = template,
                let problem = reader.actionProblem(plugin, input.name, value)
            {
                mistakes.note(problem, at: pair.value.place)
            }
        }
        let written = Set(pairs.map(\.key))
        for input in plugin.inputs where input.required && !written.contains(input.name) {
            keys.note(
                "\(plugin.name) needs the input \"\(input.name)\"; add it under \"with\"",
                at: keys.has("with") ? "with" : "uses"
            )
        }
        return plugin.inputs.map { ($0.name, given[$0.name] ?? .literal($0.default)) }
    }

    private func retry(_ keys: MappingReader) -> RetryPolicy {
        var policy = RetryPolicy()
        guard let reader = keys.mapping("retry", as: "\"retry\"", keys: Grammar.retry.map(\.name))
        else { return policy }
        if let value = reader.integer("attempts", in: Grammar.attempts) { policy.attempts = value }
        if let value = reader.duration("delay", in: Grammar.delay) { policy.delay = value }
        if let value = reader.integer("factor", in: Grammar.factor) { policy.factor = value }
        if let value = reader.duration("max-delay", in: Grammar.delay) {
            policy.maxDelay = value
        }
        if policy.maxDelay < policy.delay {
            let key = reader.has("max-delay") ? "max-delay" : "delay"
            reader.note(
                "\"max-delay\" (\(DurationText.write(policy.maxDelay))) is shorter than \"delay\" "
                    + "(\(DurationText.write(policy.delay))); make it longer",
                at: key
            )
        }
        return policy
    }

    private func wait(_ keys: MappingReader) -> WaitPolicy {
        var policy = WaitPolicy()
        guard let reader = keys.mapping("wait", as: "\"wait\"", keys: Grammar.wait.map(\.name))
        else { return policy }
        if let value = reader.duration("every", in: Grammar.every) { policy.every = value }
        if let value = reader.duration("for", in: Grammar.waitLimit) { policy.limit = value }
        return policy
    }
}
