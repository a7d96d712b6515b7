import ArgumentParser
import Daemon
import Foundation
import Model

/// The command `till`.
@main
struct TillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "till",
        abstract: "Turns Stripe webhooks into paid orders, credits and mails, each exactly once.",
        discussion: """
            Till takes Stripe's webhooks, proves and stores them, and runs the workflows an admin \
            wrote.

            Settings come from etc/till.yaml in the working directory, else from \
            /etc/till/till.yaml; --config or TILL_CONFIG names another file. --state or TILL_STATE \
            names the folder of the database. The signing secret of the default endpoint is \
            STRIPE_WEBHOOK_SECRET.

            Exit codes: 0 done, 64 usage, 65 bad data, 66 not found, 69 daemon not running or not \
            ready, 73 a file stands in the way, 74 input/output, 77 not permitted, 78 settings, \
            plugins or workflows are wrong.

            EXAMPLES
              till check                          # is everything right?
              till serve                          # run the daemon
              till trigger payment_intent.succeeded
              till runs ls --status dead,unsure   # what was given up
            """,
        version: TillVersion.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Running",
                subcommands: [
                    ServeCommand.self, StatusCommand.self, ReloadCommand.self,
                    HealthcheckCommand.self, DoctorCommand.self,
                ]
            ),
            CommandGroup(
                name: "Workflows and settings",
                subcommands: [
                    CheckCommand.self, TestCommand.self, ExplainCommand.self, TriggerCommand.self,
                    SchemaCommand.self, ConfigCommand.self,
                ]
            ),
            CommandGroup(
                name: "The record",
                subcommands: [
                    EventsCommand.self, RunsCommand.self, DeadCommand.self, AuditCommand.self,
                    BackupCommand.self,
                ]
            ),
            CommandGroup(name: "About", subcommands: [VersionCommand.self]),
        ]
    )

    /// Runs the command line and ends the process with its exit code.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let exit as ExitCode {
            Self.exit(withError: exit)
        } catch  where isParserError(error) {
            Self.exit(withError: error)
        } catch {
            let failure = CommandFailure(error)
            Words.say(failure.description)
            Foundation.exit(failure.code)
        }
    }

    /// Whether the parser itself, or a command's `validate`, has to say this: usage and help.
    private static func isParserError(_ error: any Error) -> Bool {
        error is ValidationError || error is CleanExit
            || exitCode(for: error) != .failure
    }
}
