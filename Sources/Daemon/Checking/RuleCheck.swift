import Engine
package import Model
import Outbound
import Plugins
import SQLiteStore
import Workflows
import YAMLTree

/// Reads settings, plugins and workflows as a start would, and changes nothing.
package struct RuleCheck: Sendable {
    /// How many workflows there are.
    package let workflows: Int
    /// How many plugins there are.
    package let plugins: Int
    /// The hash that `till status` would show of them.
    package let hash: String
    /// The event types that the workflows take, as they name them: what Stripe must send.
    package let types: [String]
    /// What looks wrong and is no mistake.
    package let warnings: [String]

    /// Checks everything and finds all mistakes at once.
    ///
    /// - Parameters:
    ///   - sources: Where settings come from.
    ///   - withSecrets: Whether every secret has to be there; otherwise they are taken as given,
    ///   which   is what a build server wants.
    ///   - clock: The wall clock.
    /// - Throws: ``Mistakes`` of settings, plugins and workflows together.
    package init(
        _ sources: SettingsSources,
        withSecrets: Bool,
        clock: @escaping WallClock
    ) throws(Mistakes) {
        let sources = withSecrets ? sources : sources.takingSecretsAsGiven
        var mistakes: [Mistake] = []
        var settings: Settings
        do throws(Mistakes) {
            settings = try SettingsReader.read(sources)
        } catch {
            mistakes += error.all
            settings = Settings.builtIn
            settings.workflows = try SettingsReader.folder(.workflows, sources)
            settings.plugins = try SettingsReader.folder(.plugins, sources)
        }
        if !withSecrets {
            settings.secrets = SecretResolver { _ throws(SecretMistake) in
                Secret(SettingsSources.givenSecret)
            }
        }
        let client = OutboundClient()
        defer { client.close() }
        do {
            let kinds = ActionKinds(client: client, state: settings.state, clock: clock)
            let draft = try PlaybookLoader(
                pluginFolders: [settings.plugins],
                workflowFolder: settings.workflows,
                kinds: try kinds.kinds(for: settings),
                secrets: settings.secrets,
                vars: settings.vars.json
            ) { (schemas) throws(Mistakes) in try SQLScratch(schemas: schemas) }.read()
            workflows = draft.workflows.count
            plugins = draft.plugins.count
            hash = draft.hash
            types = Set(draft.workflows.flatMap(\.on).map(\.text)).sorted()
            warnings =
                settings.warnings + RuleWarnings.of(draft.workflows, settings.endpoints)
        } catch let found as Mistakes {
            throw Mistakes(mistakes + found.all)
        } catch {
            let place = SourcePlace(file: sources.file?.path ?? "settings", line: 1, column: 1)
            throw Mistakes(mistakes + [Mistake("\(error)", at: place)])
        }
        if let all = Mistakes(ifAny: mistakes) { throw all }
    }

    /// The JSON Schema of workflow files for the plugins that the settings name.
    ///
    /// - Parameter sources: Where settings come from; no secret needs to be there.
    /// - Returns: JSON text.
    /// - Throws: ``Mistakes`` in the plugins.
    package static func schema(_ sources: SettingsSources) throws(Mistakes) -> String {
        let folder = try SettingsReader.folder(.plugins, sources)
        return WorkflowSchema.json(plugins: try PluginReader.readAll(under: folder))
    }
}
