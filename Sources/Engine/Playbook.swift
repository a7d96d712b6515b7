package import Model
import Synchronization
package import Workflows

/// The rules in force: workflows, plugins and settings read together and never changed again.
package final class Playbook: Sendable {
    /// Which playbook since the start, from 1; a reload makes the next.
    package let generation: Int
    /// SHA-256 over all that was read, in hex.
    package let hash: String
    /// When it came into force.
    package let loadedAt: Timestamp
    /// Every workflow, by name.
    package let rules: [Rule]
    /// What `uses` may refer to, by plugin name.
    package let performers: [String: Performer]
    /// `vars` of the settings, a JSON object.
    package let vars: String

    private let byType: [String: [Rule]]
    private let byPrefix: [Rule]
    private let byVersion: [Int64: Rule]
    private let recall: Recall
    private let recalled = Mutex<[Int64: Rule]>([:])

    /// Reads an older version of a workflow again, with this playbook's plugins.
    ///
    /// Throws ``Mistakes`` when the version cannot be walked any more.
    package typealias Recall = @Sendable (_ version: Int64) throws -> Workflow

    /// Makes a playbook.
    ///
    /// - Parameters:
    ///   - generation: Which one since the start.
    ///   - hash: SHA-256 over all that was read.
    ///   - loadedAt: Now.
    ///   - rules: Every workflow, bound.
    ///   - performers: What `uses` may refer to.
    ///   - vars: `vars` of the settings.
    ///   - recall: How an older version is found again.
    package init(
        generation: Int,
        hash: String,
        loadedAt: Timestamp,
        rules: [Rule],
        performers: [String: Performer],
        vars: String = "{}",
        recall: @escaping Recall
    ) {
        self.generation = generation
        self.hash = hash
        self.loadedAt = loadedAt
        self.rules = rules.sorted { $0.workflow.name < $1.workflow.name }
        self.performers = performers
        self.vars = vars
        self.recall = recall
        var types: Set<String> = []
        for case .type(let type) in rules.flatMap(\.workflow.on) { types.insert(type) }
        let sorted = self.rules
        byType = Dictionary(
            uniqueKeysWithValues: types.map { type in
                (type, sorted.filter { $0.workflow.takes(type: type) })
            }
        )
        byPrefix = sorted.filter {
            $0.workflow.on.contains { if case .prefix = $0 { true } else { false } }
        }
        byVersion = Dictionary(rules.map { ($0.version, $0) }) { first, _ in first }
    }

    /// The workflows that take an event type, by name.
    package func rules(taking type: String) -> [Rule] {
        byType[type] ?? byPrefix.filter { $0.workflow.takes(type: type) }
    }

    /// The workflow of that version: the one in force, or an older one read again.
    ///
    /// - Parameter version: The number that a run is pinned to.
    /// - Returns: The rule.
    /// - Throws: ``Orphaned`` when it cannot be walked any more.
    package func rule(version: Int64) throws(Orphaned) -> Rule {
        if let rule = byVersion[version] { return rule }
        if let rule = recalled.withLock({ $0[version] }) { return rule }
        do {
            let workflow = try recall(version)
            guard let rule = Rule(workflow, version: version, performers: performers) else {
                throw Orphaned("a plugin it uses is gone")
            }
            recalled.withLock { $0[version] = rule }
            return rule
        } catch let error as Orphaned {
            throw error
        } catch {
            throw Orphaned("\(error)")
        }
    }
}

/// Why a run cannot be walked with the playbook in force.
package struct Orphaned: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is missing.
    package let missing: String

    /// Makes it from what is missing.
    package init(_ missing: String) {
        self.missing = missing
    }

    package var description: String {
        "orphaned: the workflow version of this run cannot be walked any more: \(missing); "
            + "bring it back and reload, then retry the run"
    }
}
