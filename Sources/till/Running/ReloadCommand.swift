import ArgumentParser
import Daemon
import Model

/// `till reload`.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract:
            "Let the daemon read settings, plugins and workflows again, and wait for the result.",
        discussion: """
            Everything is read and checked aside; only when all of it is right is it put in \
            force, at \
            once. Otherwise nothing changes, every mistake is shown, and the exit code is 78. Runs \
            that have begun go on with the version they began with.

            EXAMPLES
              till check && till reload
              till reload -o json
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    func run() async throws {
        let report = try await ControlClient(state: try settings.stateFolder()).reload()
        if output == .json { Words.print(Self.json(report).pretty) }
        for warning in report.warnings { Words.say("warning: \(warning)") }
        guard report.applied else {
            let count = report.mistakes.count
            throw CommandFailure(
                report.mistakes.joined(separator: "\n")
                    + "\nrefused: \(count) \(count == 1 ? "mistake" : "mistakes"); nothing has "
                    + "changed, generation \(report.generation) stays in force",
                .configuration
            )
        }
        if !report.needsRestart.isEmpty {
            Words.say(
                "changed, but only in force after a restart: "
                    + report.needsRestart.joined(separator: ", ")
            )
        }
        guard output == .text else { return }
        Words.print(
            "applied: generation \(report.generation), \(Shown.hash(report.hash)), "
                + "\(report.workflows) workflows, \(report.plugins) plugins"
        )
        if !report.changed.isEmpty {
            Words.print("changed settings: " + report.changed.joined(separator: ", "))
        }
    }

    /// A reload's report as JSON.
    static func json(_ report: ReloadReport) -> JSONValue {
        .object([
            ("applied", .bool(report.applied)), ("generation", .number(Int64(report.generation))),
            ("hash", .text(report.hash)), ("workflows", .number(Int64(report.workflows))),
            ("plugins", .number(Int64(report.plugins))),
            ("at", .moment(Timestamp(milliseconds: report.at))),
            ("changed", .array(report.changed.map(JSONValue.text))),
            ("needs_restart", .array(report.needsRestart.map(JSONValue.text))),
            ("mistakes", .array(report.mistakes.map(JSONValue.text))),
            ("warnings", .array(report.warnings.map(JSONValue.text))),
        ])
    }
}
