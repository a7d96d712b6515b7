import ArgumentParser
import Daemon
import Foundation
import Model

/// `till serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the daemon until SIGTERM or Ctrl-C.",
        discussion: """
            Listens for Stripe's webhooks, stores them and runs workflows. SIGHUP, or `till \
            reload`, \
            puts changed workflows, plugins, templates and settings in force; SIGTERM finishes or \
            releases what runs and exits within 10 seconds.

            Flags win over the environment (TILL_LISTEN, TILL_STATE …), which wins over the file.

            EXAMPLES
              till serve
              till serve --config /etc/till/till.yaml --state /var/lib/till
              till serve --listen 127.0.0.1:8080 --log-format json --log-level debug
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// The public listener.
    @Option(
        help: ArgumentHelp("Where Stripe's webhooks come in.", valueName: "host:port")
    )
    var listen: String?

    /// The listener of health and metrics.
    @Option(
        help: ArgumentHelp("Where health and metrics are served.", valueName: "host:port")
    )
    var adminListen: String?

    /// The least level that is logged.
    @Option(
        help: ArgumentHelp(
            "The least level that is logged: trace, debug, info, notice, warning, error, critical.",
            valueName: "level"
        )
    )
    var logLevel: String?

    /// How a log line looks.
    @Option(
        help: ArgumentHelp("How a log line looks: text, logfmt, json.", valueName: "format")
    )
    var logFormat: String?

    func run() async throws {
        var flags: [SettingName: String] = [:]
        flags[.state] = settings.state
        flags[.listen] = listen
        flags[.adminListen] = adminListen
        flags[.logLevel] = logLevel
        flags[.logFormat] = logFormat
        _ = try settings.sources(flags)
        try await Till.serve(
            Start(
                config: settings.file,
                flags: flags,
                environment: ProcessInfo.processInfo.environment,
                clock: Timestamp.now
            )
        )
    }
}
