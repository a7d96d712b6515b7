import ArgumentParser
import Daemon

/// `till config show`.
struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print every setting in force, where its value comes from, secrets masked.",
        discussion: """
            A value comes from a flag, the environment (TILL_…), a systemd credential, the \
            settings \
            file, or is the default, in that order. \"live\" says whether a reload applies a \
            change \
            or a restart is needed.

            EXAMPLES
              till config show
              till config show --config /etc/till/till.yaml -o json
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How the list is printed.")
    var output = OutputFormat.table

    func run() throws {
        let read = try SettingsReader.read(settings.sources())
        for warning in read.warnings { Words.say("warning: \(warning)") }
        let list = Listing(
            read.shown,
            [
                Column("name", title: "SETTING") { .text($0.name) },
                Column("value", flexible: true) { .text($0.value) },
                Column("origin", flexible: true) { .text($0.origin) },
                Column("live", shown: { $0.isLive ? "reload" : "restart" }) { .bool($0.isLive) },
            ]
        )
        Words.print(list.text(as: output))
    }
}
