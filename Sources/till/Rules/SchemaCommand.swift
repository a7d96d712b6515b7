import ArgumentParser
import Daemon

/// `till schema`.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract:
            "Print the JSON Schema of workflow files, the installed plugins' inputs included.",
        discussion: """
            An editor with a YAML language server then completes and checks workflows: let the \
            first \
            line of a workflow be
              # yaml-language-server: $schema=../etc/workflow.schema.json

            EXAMPLES
              till schema > etc/workflow.schema.json
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    func run() throws {
        Words.print(try RuleCheck.schema(settings.sources()))
    }
}
