import ArgumentParser
import Daemon
import Foundation
import Model
import Outbound
import Stripe

/// `till trigger`.
struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Sign a sample event as Stripe does and post it to a running Till.",
        discussion: """
            Each event gets an id and a time of its own. In --override, object.… stands for \
            data.object.…, metadata.… for data.object.metadata.…; a value that is JSON is taken as \
            such, else as text. Without --secret the first secret of the default endpoint is \
            taken, \
            which is STRIPE_WEBHOOK_SECRET unless the settings say otherwise.

            Types: \(TriggerFixtures.types.joined(separator: ", ")).

            EXAMPLES
              till trigger payment_intent.succeeded
              till trigger payment_intent.succeeded --override metadata.order_id=A-1002 \\
                --override object.amount=2500 --override object.amount_received=2500
              till trigger checkout.session.completed --count 10
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// Which sample.
    @Argument(help: ArgumentHelp("The event's type, or a file with an event.", valueName: "type"))
    var type: String

    /// What is replaced.
    @Option(
        name: .customLong("override"),
        help: ArgumentHelp("Replace a value; may be given often.", valueName: "path=value")
    )
    var overrides: [String] = []

    /// How many.
    @Option(help: ArgumentHelp("How many events, each with an id of its own.", valueName: "n"))
    var count = 1

    /// The event's id.
    @Option(
        help: ArgumentHelp("The event's id; twice the same makes a duplicate.", valueName: "id")
    )
    var id: String?

    /// The signing secret.
    @Option(
        help: ArgumentHelp("Sign with this secret, whatever the settings say.", valueName: "secret")
    )
    var secret: String?

    /// Where to post to.
    @Option(
        help: ArgumentHelp("Post there instead of to the settings' listener.", valueName: "url")
    )
    var url: String?

    /// Whether the event is only printed.
    @Flag(name: .customLong("print"), help: "Print the event instead of posting it.")
    var printsOnly = false

    func validate() throws {
        guard (1...100_000).contains(count) else {
            throw ValidationError("--count must be a number from 1 to 100000, not \(count)")
        }
    }

    func run() async throws {
        let event = try sample()
        if printsOnly {
            for _ in 0..<count { Words.print(event.body(id: id, now: Timestamp.now())) }
            return
        }
        let target = try target()
        let client = OutboundClient()
        var refused = 0
        for _ in 0..<count where try await !post(event, to: target, through: client) {
            refused += 1
        }
        if refused > 0 {
            throw CommandFailure(
                "\(refused) of \(count) not taken; a wrong secret and a wrong clock are the usual "
                    + "reasons, the answer says which",
                .data
            )
        }
    }

    /// Where to post and how to sign.
    private struct Target {
        let url: WebAddress
        let secret: Secret
    }

    private func sample() throws -> TriggerEvent {
        do throws(TriggerFailure) {
            var event = try TriggerEvent(text())
            for override in overrides { try event.replace(override) }
            return event
        } catch {
            throw CommandFailure(error.description, .usage)
        }
    }

    private func text() throws(TriggerFailure) -> String {
        if let text = TriggerFixtures.text(of: type) { return text }
        guard FileManager.default.fileExists(atPath: type) else {
            let types = TriggerFixtures.types
            throw TriggerFailure(
                "there is no sample of \"\(type)\"\(Suggestion.hint(for: type, among: types)); "
                    + "there is: \(types.joined(separator: ", "))"
            )
        }
        do {
            return try String(contentsOf: URL(filePath: type), encoding: .utf8)
        } catch {
            throw TriggerFailure("the file \(type) can't be read; check its permissions")
        }
    }

    private func target() throws -> Target {
        if let secret, let url { return Target(url: try address(url), secret: Secret(secret)) }
        var sources = try settings.sources()
        let variable = "STRIPE_WEBHOOK_SECRET"
        // Why: with a secret from the command line, the settings' own need not be there.
        if let secret, sources.environment[variable] == nil {
            sources.environment[variable] = secret
        }
        let door = try SettingsReader.door(sources)
        guard let endpoint = door.endpoints.first, let own = endpoint.secrets.first else {
            throw CommandFailure("the settings name no endpoint with a secret", .configuration)
        }
        let there =
            try url.map(address) ?? address("http://\(door.listen.dialable)\(endpoint.path)")
        return Target(url: there, secret: secret.map(Secret.init) ?? own)
    }

    private func address(_ text: String) throws -> WebAddress {
        do throws(HTTPFailure) {
            return try WebAddress(text)
        } catch {
            throw CommandFailure("\"\(text)\": \(error)", .usage)
        }
    }

    /// Posts one event and prints the answer; false when it was not taken.
    private func post(
        _ event: TriggerEvent,
        to target: Target,
        through client: OutboundClient
    ) async throws -> Bool {
        let now = Timestamp.now()
        let body = event.body(id: id, now: now)
        let signature = StripeSignature.header(for: body, secret: target.secret, at: now)
        let response: HTTPResponse
        do throws(HTTPFailure) {
            response = try await client.send(
                HTTPRequest(
                    method: "POST",
                    url: target.url,
                    headers: [
                        ("content-type", "application/json; charset=utf-8"),
                        ("stripe-signature", signature), ("user-agent", "till/\(TillVersion.text)"),
                    ],
                    body: Array(body.utf8),
                    timeout: .seconds(30),
                    addresses: AddressPolicy(allowed: [target.url.hostAndPort])
                )
            )
        } catch {
            throw CommandFailure(
                "\(error); is Till running? Start it with `till serve`, or name it with --url",
                .unavailable
            )
        }
        let answer = response.text.split(separator: "\n").joined(separator: " ")
        Words.print(
            "\(TriggerEvent.id(in: body))\t\(response.status)\t\(Terminal.harmless(answer))"
        )
        return (200..<300).contains(response.status)
    }
}
