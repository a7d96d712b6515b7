import FoundationEssentials
package import Model
package import Plugins
package import Store
import Workflows
import YAMLTree

/// Reads plugins and workflows into a draft of a playbook; changes nothing and finds all mistakes.
package struct PlaybookLoader: Sendable {
    /// Makes something that checks SQL against the tables of these migrations.
    package typealias Scratch =
        @Sendable (
            _ schemas: [(plugin: String, migrations: [SQLFile])]
        ) throws(Mistakes) -> any SQLChecking

    private let pluginFolders: [String]
    private let workflowFolder: String
    private let kinds: [any ActionKind]
    private let secrets: SecretResolver
    private let vars: String
    private let scratch: Scratch

    /// What an effect may use beside its inputs; a `refused.sql` also gets `reason`.
    package static let standardParameters = [
        "event_id", "event_type", "event_created", "run_id", "step_id", "idempotency_key", "now",
    ]

    /// Makes a loader.
    ///
    /// - Parameters:
    ///   - pluginFolders: Folders of plugin folders.
    ///   - workflowFolder: The folder of `NAME.yaml`.
    ///   - kinds: The kinds of action that leave the house.
    ///   - secrets: Resolves references to secrets.
    ///   - vars: `vars` of the settings, a JSON object.
    ///   - scratch: Makes what checks SQL.
    package init(
        pluginFolders: [String],
        workflowFolder: String,
        kinds: [any ActionKind],
        secrets: SecretResolver,
        vars: String = "{}",
        scratch: @escaping Scratch
    ) {
        self.pluginFolders = pluginFolders
        self.workflowFolder = workflowFolder
        self.kinds = kinds
        self.secrets = secrets
        self.vars = vars
        self.scratch = scratch
    }

    /// Reads and checks everything.
    ///
    /// - Returns: What may be put in force.
    /// - Throws: Every mistake of plugins; where they are fine, every mistake of their SQL and of
    ///   workflows.
    package func read() throws(Mistakes) -> PlaybookDraft {
        let plugins = try readPlugins()
        let schemas: [(plugin: String, migrations: [SQLFile])] = plugins.compactMap { plugin in
            plugin.sql.map { (plugin.name, $0.migrations) }
        }
        let checking = try scratch(schemas)
        var mistakes: [Mistake] = []
        let performers = bind(plugins, checking, noting: &mistakes)
        let reader = WorkflowReader(
            plugins: plugins,
            checking: checking,
            secrets: secrets
        ) { plugin, input, literal in
            guard case .outward(_, let action, _) = performers[plugin.name] else { return nil }
            return action.problem(input: input, literal: literal)
        }
        var workflows: [Workflow] = []
        do throws(Mistakes) {
            for path in try workflowFiles() {
                do throws(Mistakes) {
                    workflows.append(try reader.read(try SourceFile.read(path)))
                } catch {
                    mistakes += error.all
                }
            }
        } catch {
            mistakes += error.all
        }
        guard mistakes.isEmpty else { throw Mistakes(mistakes) }
        return PlaybookDraft(
            plugins: plugins,
            performers: performers,
            workflows: workflows,
            reader: reader,
            schemas: schemas,
            vars: vars
        )
    }

    private func readPlugins() throws(Mistakes) -> [Plugin] {
        var plugins: [Plugin] = []
        var mistakes: [Mistake] = []
        for folder in pluginFolders {
            do throws(Mistakes) {
                for plugin in try PluginReader.readAll(under: folder) {
                    guard let other = plugins.first(where: { $0.name == plugin.name }) else {
                        plugins.append(plugin)
                        continue
                    }
                    let place = plugin.source.place(1, 1)
                    let text = "a plugin of that name is in \(other.folder) too; rename one of them"
                    mistakes.append(plugin.source.mistake(text, at: place))
                }
            } catch {
                mistakes += error.all
            }
        }
        guard mistakes.isEmpty else { throw Mistakes(mistakes) }
        return plugins.sorted { $0.name < $1.name }
    }

    private func bind(
        _ plugins: [Plugin],
        _ checking: any SQLChecking,
        noting mistakes: inout [Mistake]
    ) -> [String: Performer] {
        var performers: [String: Performer] = [:]
        for plugin in plugins {
            if let part = plugin.sql {
                let names = plugin.inputs.map(\.parameter) + Self.standardParameters
                mistakes += problem(in: part.effect, names, checking)
                if let refused = part.refused {
                    mistakes += problem(in: refused, names + ["reason"], checking)
                }
                performers[plugin.name] = .database(plugin, part)
            } else if let kind = kinds.first(where: { $0.kind == plugin.kind }) {
                do throws(Mistakes) {
                    let limits = Performer.KindLimits(
                        concurrency: kind.concurrency,
                        timeout: kind.timeout
                    )
                    performers[plugin.name] = .outward(
                        plugin,
                        try kind.load(plugin),
                        limits: limits
                    )
                } catch {
                    mistakes += error.all
                }
            } else {
                let text = "this Till has no kind \"\(plugin.kind.rawValue)\"; remove the folder"
                mistakes.append(plugin.source.mistake(text, at: plugin.source.place(1, 1)))
            }
        }
        return performers
    }

    private func problem(
        in file: SQLFile,
        _ parameters: [String],
        _ checking: any SQLChecking
    ) -> [Mistake] {
        guard let problem = checking.problem(in: file, parameters: parameters) else { return [] }
        return [file.mistake(problem.message, atByte: problem.offset ?? 0)]
    }

    /// Every `NAME.yaml` of the folder that is no test; none at all is a mistake.
    private func workflowFiles() throws(Mistakes) -> [String] {
        let place = SourcePlace(file: workflowFolder, line: 1, column: 1)
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: workflowFolder)
        } catch {
            let text = "the folder of workflows cannot be read; check the path and its mode"
            throw Mistakes([Mistake(text, at: place)])
        }
        let files = names.filter {
            $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml") && !$0.hasPrefix(".")
        }
        guard !files.isEmpty else {
            let text =
                "the folder holds no workflow; an empty set is never put in force, "
                + "add a NAME.yaml or name another folder"
            throw Mistakes([Mistake(text, at: place)])
        }
        let strangers = files.filter { SourceFile.leadsOutside($0, of: workflowFolder) }.sorted()
        guard strangers.isEmpty else {
            let text = "the symbolic link leads out of the folder of workflows; copy the file"
            throw Mistakes(
                strangers.map {
                    let path = "\(workflowFolder)/\($0)"
                    return Mistake(text, at: SourcePlace(file: path, line: 1, column: 1))
                }
            )
        }
        return files.sorted().map { "\(workflowFolder)/\($0)" }
    }
}
