package import Model
package import Outbound
package import Plugins

/// Plugins of kind `http`: each sends one request.
package struct HTTPKind: ActionKind {
    package let kind = Plugin.Kind.http
    package let concurrency: Int
    package let timeout = Limits.httpTime
    private let addresses: AddressPolicy
    private let client: any HTTPSending

    /// Makes the kind.
    ///
    /// - Parameters:
    ///   - addresses: Which private hosts may be reached.
    ///   - concurrency: How many requests at once, whatever their hosts.
    ///   - client: What sends.
    package init(
        addresses: AddressPolicy,
        concurrency: Int = Limits.requestsAtOnce,
        client: any HTTPSending
    ) {
        self.addresses = addresses
        self.concurrency = concurrency
        self.client = client
    }

    package func load(_ plugin: Plugin) throws(Mistakes) -> any Action {
        let mistakes = MissingInputs.mistakes(in: plugin, needing: [("url", .text)])
        if !mistakes.isEmpty { throw Mistakes(mistakes) }
        return HTTPAction(addresses: addresses, client: client)
    }
}
