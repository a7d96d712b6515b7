import Model
import Outbound
import Plugins

/// Reports one event.
struct SentryAction: Action {
    /// Where to; nil for nowhere.
    let dsn: SentryDSN?
    /// What the settings call this installation.
    let environment: String?
    /// What sends.
    let client: any HTTPSending

    func problem(input: String, literal: Value) -> String? {
        guard literal != .null else { return nil }
        let tree = JSONNode(literal)
        switch input {
        case "tags", "extra":
            return tree.pairs == nil ? "\"\(input)\" must be a mapping of names to values" : nil
        case "fingerprint":
            return tree.items == nil ? "\"fingerprint\" must be a list of texts" : nil
        default: return nil
        }
    }

    func perform(_ call: ActionCall) async -> StepOutcome {
        guard let dsn else { return .skipped("no Sentry DSN is set") }
        let event = SentryEvent(call: call, environment: environment)
        let envelope = event.envelope(dsn: dsn.secret.reveal)
        let headers = [
            ("Content-Type", "application/x-sentry-envelope"), ("User-Agent", "Till"),
            (
                "X-Sentry-Auth",
                "Sentry sentry_version=7, sentry_client=till/1, sentry_key=\(dsn.key.reveal)"
            ),
        ]
        // The DSN is the operator's own: its host may be private.
        let request = HTTPRequest(
            method: "POST",
            url: dsn.endpoint,
            headers: headers,
            body: Array(envelope.utf8),
            timeout: call.timeout,
            addresses: AddressPolicy(allowed: [dsn.endpoint.hostAndPort])
        )
        do throws(HTTPFailure) {
            return Self.outcome(try await client.send(request), id: event.id, at: dsn.endpoint)
        } catch {
            return .init(error)
        }
    }

    func preview(_ call: ActionCall) -> String {
        let event = SentryEvent(call: call, environment: environment)
        guard let dsn else {
            return "no report, because no Sentry DSN is set; it would be:\n"
                + event.envelope(dsn: "")
        }
        return "POST \(dsn.endpoint.text)\n\n" + event.envelope(dsn: dsn.masked)
    }

    private static func outcome(
        _ response: HTTPResponse,
        id: String,
        at endpoint: WebAddress
    ) -> StepOutcome {
        let said = "Sentry at \(endpoint.origin) answered \(response.status)"
        switch response.status {
        case 200..<300:
            return .done(Fields([("event_id", .text(id))]))
        case 429:
            return .failed(
                StepFailure(
                    "\(said): it takes no more for now",
                    fault: .outside,
                    retryAfter: RetryAfter.ofSentry(response) ?? .seconds(60)
                )
            )
        case 401, 403, 404:
            return .failed(
                StepFailure(
                    "\(said); check the key and the project in the DSN",
                    fault: .operator,
                    isFinal: true
                )
            )
        case 408, 500...:
            return .failed(
                StepFailure(
                    said,
                    fault: .outside,
                    retryAfter: RetryAfter.of(response)
                )
            )
        default:
            return .failed(StepFailure(said, fault: .operator, isFinal: true))
        }
    }
}
