package import Intake
package import Model

/// One address that Stripe posts to, with what proves and what limits its deliveries.
package struct EndpointSettings: Sendable, Hashable {
    /// What records and logs call it.
    package var name: String
    /// The path of its URL.
    package var path: String
    /// The signing secrets in force, at least one; during a rotation two.
    package var secrets: [Secret]
    /// Which of Stripe's worlds it runs events of; others are stored and held.
    package var mode = Mode.any
    /// The one connected account whose events it runs; nil for any.
    package var account: String?
    /// Which style of payload it takes.
    package var payload = Endpoint.Payload.snapshot

    /// Makes an endpoint for any mode and account that takes snapshots.
    package init(name: String, path: String, secrets: [Secret]) {
        self.name = name
        self.path = path
        self.secrets = secrets
    }

    /// The same as the door wants it.
    package func endpoint(tolerance: Duration) -> Endpoint {
        Endpoint(
            name: name,
            path: path,
            secrets: secrets,
            mode: mode,
            account: account,
            payload: payload,
            tolerance: tolerance
        )
    }
}
