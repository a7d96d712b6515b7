import Engine
import Model
import SQLiteStore
import Store

/// Reads plugins and workflows for some settings into a playbook.
struct RuleLoading: Sendable {
    /// Where versions and business tables are.
    let memory: SQLiteMemory
    /// Who makes the kinds of action.
    let kinds: ActionKinds
    /// The wall clock.
    let clock: WallClock
    /// Where their SQL is checked.
    let scratches = ScratchKeeper()

    /// Reads and checks everything aside; nothing is changed.
    func read(_ settings: Settings) throws -> PlaybookDraft {
        let loader = PlaybookLoader(
            pluginFolders: [settings.plugins],
            workflowFolder: settings.workflows,
            kinds: try kinds.kinds(for: settings),
            secrets: settings.secrets,
            vars: settings.vars.json
        ) { (schemas) throws(Mistakes) in try scratches.scratch(for: schemas) }
        return try loader.read()
    }

    /// Reads and checks everything, then brings tables and versions up to date.
    func load(_ settings: Settings, generation: Int) async throws -> Playbook {
        try await read(settings).apply(to: memory, generation: generation, at: clock())
    }
}
