package import Model
package import Plugins
package import Store
package import YAMLTree

/// Reads workflow files into checked workflows, all mistakes of a file at once.
package struct WorkflowReader: Sendable {
    /// Judges a literal input where the plugin knows more than its manifest says.
    package typealias ActionProblem =
        @Sendable (_ plugin: Plugin, _ input: String, _ literal: Value) -> String?

    /// What `uses` may name.
    let plugins: [String: Plugin]
    /// Judges every expression.
    let checking: any SQLChecking
    /// Resolves references to secrets.
    let secrets: SecretResolver
    /// Judges literal inputs.
    let actionProblem: ActionProblem

    /// Makes a reader; it keeps nothing between two files.
    ///
    /// - Parameters:
    ///   - plugins: What `uses` may name.
    ///   - checking: Judges every expression.
    ///   - secrets: Resolves `${env:NAME}` and `${file:path}`.
    ///   - actionProblem: Judges literal inputs; its text becomes a mistake at the input.
    package init(
        plugins: [Plugin],
        checking: any SQLChecking,
        secrets: SecretResolver,
        actionProblem: @escaping ActionProblem = { _, _, _ in nil }
    ) {
        self.plugins = Dictionary(plugins.map { ($0.name, $0) }) { first, _ in first }
        self.checking = checking
        self.secrets = secrets
        self.actionProblem = actionProblem
    }

    /// Reads one file.
    ///
    /// - Parameter file: The file; its name without `.yaml` is the workflow's name.
    /// - Returns: The workflow.
    /// - Throws: Every mistake found in it.
    package func read(_ file: SourceFile) throws(Mistakes) -> Workflow {
        let root = try YAMLReader.read(file)
        let mistakes = MistakeList(file)
        let keys = MappingReader(
            root,
            as: "a workflow",
            keys: Grammar.workflow.map(\.name),
            noting: mistakes
        )
        let expressions = ExpressionReader(checking: checking, noting: mistakes)
        let templates = TemplateReader(
            expressions: expressions,
            secrets: secrets,
            noting: mistakes
        )
        let name = name(keys, file)
        let on = patterns(keys)
        let mode = keys.choice("mode", of: Mode.self) ?? .any
        let when = keys.node("when").flatMap {
            expressions.condition($0, of: "when", visible: .none)
        }
        let oncePer = keys.node("once-per").flatMap(templates.businessKey)
        let main = keys.list("steps", required: true) ?? []
        let failure = keys.list("on-failure") ?? []
        let names = StepNames(main: main, failure: failure, noting: mistakes)
        let reader = StepReader(reader: self, names: names, templates: templates)
        let steps = main.indices.compactMap { reader.step(main[$0], at: $0) }
        let onFailure = failure.indices.compactMap {
            reader.step(failure[$0], at: main.count + $0)
        }
        try mistakes.check()
        return Workflow(
            name: name,
            source: file,
            on: on,
            mode: mode,
            when: when,
            oncePer: oncePer,
            steps: steps,
            onFailure: onFailure
        )
    }

    private func name(_ keys: MappingReader, _ file: SourceFile) -> String {
        let last = file.path.split(separator: "/").last.map(String.init) ?? file.path
        let stem = last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
        if let written = keys.text("name"), written != stem {
            keys.note(
                "the workflow is called \"\(written)\", its file \"\(last)\"; give both one name",
                at: "name"
            )
        } else if !PlainName.fits(stem, signs: "._-", upTo: 100) {
            keys.note(
                "\"\(stem)\" is no workflow's name; call the file with small letters, digits, "
                    + "\".\", \"_\" and \"-\"",
                at: "name"
            )
        }
        return stem
    }

    private func patterns(_ keys: MappingReader) -> [EventPattern] {
        var patterns: [EventPattern] = []
        for (text, node) in keys.texts("on", required: true, orOne: true) ?? [] {
            guard let pattern = EventPattern(text) else {
                keys.mistakes.note(EventPattern.remedy(for: text), at: node.place)
                continue
            }
            if patterns.contains(pattern) {
                keys.mistakes.note(
                    "\"\(text)\" stands in this list already; remove one",
                    at: node.place
                )
            } else {
                patterns.append(pattern)
            }
        }
        return patterns
    }
}
