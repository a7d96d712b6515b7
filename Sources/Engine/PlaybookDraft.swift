import Crypto
package import Model
package import Plugins
package import Store
package import Workflows
import YAMLTree

/// Plugins and workflows that were read and checked, before they are in force.
package struct PlaybookDraft: Sendable {
    /// Every plugin, by name.
    package let plugins: [Plugin]
    /// What `uses` may refer to.
    package let performers: [String: Performer]
    /// Every workflow, by name.
    package let workflows: [Workflow]
    /// Reads further versions of workflows with the same plugins.
    package let reader: WorkflowReader
    /// The migrations of the plugins.
    package let schemas: [(plugin: String, migrations: [SQLFile])]
    /// `vars` of the settings, a JSON object.
    package let vars: String

    /// Makes a draft.
    package init(
        plugins: [Plugin],
        performers: [String: Performer],
        workflows: [Workflow],
        reader: WorkflowReader,
        schemas: [(plugin: String, migrations: [SQLFile])],
        vars: String
    ) {
        self.plugins = plugins
        self.performers = performers
        self.workflows = workflows
        self.reader = reader
        self.schemas = schemas
        self.vars = vars
    }

    /// Brings the tables up to date, remembers the versions and makes the playbook.
    ///
    /// - Parameters:
    ///   - memory: Where tables and versions are kept; asked for older versions later.
    ///   - generation: Which playbook since the start.
    ///   - now: The time.
    /// - Returns: The playbook, to be put in force.
    /// - Throws: ``StoreFailure/refused(_:)`` when a migration fails; nothing is changed then.
    package func apply(
        to memory: any RuleMemory,
        generation: Int,
        at now: Timestamp
    ) async throws(StoreFailure) -> Playbook {
        try await memory.migrate(schemas)
        let hashes = workflows.map(hash)
        let numbers = try await memory.remember(
            zip(workflows, hashes).map { ($0.name, $1, $0.source.text) }
        )
        let rules = zip(workflows, numbers).compactMap {
            Rule($0, version: $1, performers: performers)
        }
        return Playbook(
            generation: generation,
            hash: hash,
            loadedAt: now,
            rules: rules,
            performers: performers,
            vars: vars
        ) { [reader] number in
            guard let (name, source) = try memory.version(number) else {
                throw Orphaned("version \(number) was never stored here")
            }
            do throws(Mistakes) {
                return try reader.read(SourceFile(path: "\(name).yaml", text: source))
            } catch {
                throw Orphaned(error.all.first?.message ?? "it can no longer be read")
            }
        }
    }

    /// SHA-256 over everything that was read, in hex.
    package var hash: String {
        var sum = Checksum()
        sum.add(vars)
        for plugin in plugins { sum.add(plugin) }
        for workflow in workflows {
            sum.add(workflow.name)
            sum.add(workflow.source.text)
        }
        return sum.hex
    }

    /// SHA-256 over a workflow's text and the plugins it uses, in hex: the same hash walks the
    /// same.
    private func hash(_ workflow: Workflow) -> String {
        var sum = Checksum()
        sum.add(workflow.source.text)
        let used = Set((workflow.steps + workflow.onFailure).map(\.uses))
        for plugin in plugins where used.contains(plugin.name) { sum.add(plugin) }
        return sum.hex
    }
}

/// A hash over texts, each with its length before it, so that no two lists give the same bytes.
private struct Checksum {
    private var hash = SHA256()

    mutating func add(_ text: String) {
        let bytes = Array(text.utf8)
        hash.update(data: Array("\(bytes.count):".utf8))
        hash.update(data: bytes)
    }

    mutating func add(_ plugin: Plugin) {
        add(plugin.name)
        for file in plugin.files {
            add(file.path)
            add(file.text)
        }
    }

    var hex: String {
        hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
