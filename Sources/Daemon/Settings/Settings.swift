package import Model
package import Store

/// Everything a person can set, read and checked; without a file it is all built-in defaults.
package struct Settings: Sendable {
    /// The public listener.
    package var listen = HostPort(host: "127.0.0.1", port: 8080)
    /// The listener of health and metrics.
    package var adminListen = HostPort(host: "127.0.0.1", port: 8081)
    /// The folder of the database, its lock, the control socket and the outbox.
    package var state: String
    /// The folder of workflow files.
    package var workflows: String
    /// The folder of plugin folders.
    package var plugins: String
    /// What Stripe posts to.
    package var endpoints: [EndpointSettings]
    /// How far a signature's time may be from ours, both ways.
    package var tolerance = Limits.signatureTolerance
    /// How mails leave the house.
    package var mail = OutgoingMailSettings()
    /// Where `kind: sentry` sends to; nil sends nothing.
    package var sentryDSN: Secret?
    /// Hosts that `kind: http` may reach although their addresses are private.
    package var allowedHosts: [String] = []
    /// How many requests `kind: http` may have under way.
    package var requestsAtOnce = Limits.requestsAtOnce
    /// What mails say about the shop.
    package var shop = ShopSettings()
    /// `vars` of expressions: texts by name.
    package var vars = Fields()
    /// What is logged and how.
    package var log = LogSettings()
    /// The bounds that may be moved.
    package var limits = LimitSettings()
    /// How long bodies are kept.
    package var retention = RetentionPolicy()
    /// Finds the secrets that workflows refer to; paths begin at the settings file's folder.
    package var secrets = SecretResolver.system(environment: [:], folder: ".")
    /// The file it was read from; nil when there was none.
    package var file: String?
    /// Every value with its origin, secrets masked, in the order of ``SettingName``.
    package var shown: [ShownSetting] = []
    /// What looks wrong and is no mistake, one sentence each.
    package var warnings: [String] = []

    /// The defaults, with the three folders and the endpoints that have none.
    package init(
        state: String,
        workflows: String,
        plugins: String,
        endpoints: [EndpointSettings]
    ) {
        self.state = state
        self.workflows = workflows
        self.plugins = plugins
        self.endpoints = endpoints
    }
}
