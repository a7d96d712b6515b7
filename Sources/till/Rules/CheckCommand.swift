import ArgumentParser
import Daemon
import Model

/// `till check`.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check settings, plugins and workflows as a start would; change nothing.",
        discussion: """
            Every mistake is shown at once, with file, line and column; the exit code is 78 \
            then. SQL \
            is prepared against the plugins' own tables, mail templates are read, secrets looked \
            up. Where all is well the event types are listed that Stripe's endpoint must send.

            EXAMPLES
              till check
              till check --config /etc/till/till.yaml
              till check --without-secrets      # on a build server, where there are none
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// Whether secrets are taken as given.
    @Flag(help: "Take secrets as given instead of looking for them.")
    var withoutSecrets = false

    func run() throws {
        let sources = try settings.sources()
        let check: RuleCheck
        do throws(Mistakes) {
            check = try RuleCheck(
                sources,
                withSecrets: !withoutSecrets,
                clock: Timestamp.now
            )
        } catch {
            let count = error.all.count
            throw CommandFailure(
                "\(error)\n\(count) \(count == 1 ? "mistake" : "mistakes")",
                .configuration
            )
        }
        for warning in check.warnings { Words.say("warning: \(warning)") }
        Words.say("choose these events in Stripe: \(check.types.joined(separator: " "))")
        Words.print(
            "right: \(check.workflows) workflows, \(check.plugins) plugins, "
                + Shown.hash(check.hash)
        )
    }
}
