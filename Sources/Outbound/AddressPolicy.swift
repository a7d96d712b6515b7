/// Which addresses an HTTP request may connect to; judged on the resolved address, at connect.
///
/// Why: a URL in a workflow may be filled from an event, and names and odd spellings of numbers can
/// lead anywhere; only the address itself tells.
package struct AddressPolicy: Sendable, Hashable {
    /// Hosts whose addresses may be private or loopback: `host` or `host:port` in lower case.
    package let allowed: Set<String>

    /// Makes a policy.
    ///
    /// - Parameter allowed: `host` (any port) or `host:port`; an IPv6 address stands in brackets.
    package init(allowed: some Sequence<String>) {
        self.allowed = Set(allowed.map { $0.lowercased() })
    }

    /// Public addresses only.
    package static let publicOnly = AddressPolicy(allowed: [])

    /// Why a connection must not be made, or nil when it may.
    ///
    /// - Parameters:
    ///   - address: The resolved address.
    ///   - url: Where the request wants to go.
    /// - Returns: A sentence without a full stop.
    package func refusal(of address: PeerAddress, for url: WebAddress) -> String? {
        switch address.network {
        case .public: nil
        case .own(let what):
            allows(url)
                ? nil
                : "\(url.host) leads to \(address), \(what); add \"\(url.hostAndPort)\" to the "
                    + "allowed hosts of the settings if that is meant"
        case .never(let what):
            "\(url.host) leads to \(address), \(what), which is never allowed"
        }
    }

    /// Whether the settings name this host.
    package func allows(_ url: WebAddress) -> Bool {
        allowed.contains(url.host) || allowed.contains(url.hostAndPort)
    }
}
