package import Model
package import Outbound
package import Plugins

/// Plugins of kind `sentry`: each reports one event to a Sentry-compatible server.
package struct SentryKind: ActionKind {
    package let kind = Plugin.Kind.sentry
    package let concurrency = 4
    package let timeout = Limits.httpTime
    private let dsn: SentryDSN?
    private let environment: String?
    private let client: any HTTPSending

    /// Makes the kind.
    ///
    /// - Parameters:
    ///   - dsn: Where to; nil skips every report.
    ///   - environment: What this installation is called; nil for `live` or `test`.
    ///   - client: What sends.
    package init(dsn: SentryDSN?, environment: String? = nil, client: any HTTPSending) {
        self.dsn = dsn
        self.environment = environment
        self.client = client
    }

    package func load(_ plugin: Plugin) throws(Mistakes) -> any Action {
        let mistakes = MissingInputs.mistakes(in: plugin, needing: [("message", .text)])
        if !mistakes.isEmpty { throw Mistakes(mistakes) }
        return SentryAction(dsn: dsn, environment: environment, client: client)
    }
}
