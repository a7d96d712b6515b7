import ArgumentParser
import Daemon
import Model
import Outbound

/// `till healthcheck`.
struct HealthcheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Ask the daemon whether it can take deliveries: exit code 0 or 69.",
        discussion: """
            GETs /-/ready on the admin listener; for containers and monitors without curl.

            EXAMPLES
              till healthcheck
              till healthcheck --admin-listen 127.0.0.1:9090
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// Where health is served.
    @Option(
        help: ArgumentHelp(
            "Where health is served; else TILL_ADMIN_LISTEN or the settings file.",
            valueName: "host:port"
        )
    )
    var adminListen: String?

    func run() async throws {
        var flags: [SettingName: String] = [:]
        flags[.adminListen] = adminListen
        let address = try SettingsReader.adminListen(settings.sources(flags)).dialable
        let response: HTTPResponse
        do throws(HTTPFailure) {
            response = try await OutboundClient().send(
                HTTPRequest(
                    method: "GET",
                    url: try WebAddress("http://\(address)/-/ready"),
                    timeout: .seconds(5),
                    addresses: AddressPolicy(allowed: [address.urlHost])
                )
            )
        } catch {
            throw CommandFailure(
                "nothing answers at \(address) (\(error)); start Till with `till serve`, or name "
                    + "the right address with --admin-listen",
                .unavailable
            )
        }
        guard response.status == 200 else {
            let first = response.text.split(separator: "\n").first.map(String.init) ?? ""
            throw CommandFailure("\(address) answers \(response.status): \(first)", .unavailable)
        }
        Words.print("ready")
    }
}
