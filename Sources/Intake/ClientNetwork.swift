internal import NIOCore

/// Who is counted as one client: an IPv4 address, or the /64 of an IPv6 address, which one
/// customer of a provider has for himself.
struct ClientNetwork: Hashable, Sendable {
    private let isFour: Bool
    private let bits: UInt64

    /// Whoever has no Internet address.
    static let unknown = ClientNetwork(isFour: false, bits: 0)
    /// All that are not told apart because too many others are.
    static let others = ClientNetwork(isFour: true, bits: .max)

    /// The network of a connection's other end.
    ///
    /// Source: ip(7) and ipv6(7) for where the address stands in `sockaddr_in` and `sockaddr_in6`.
    init(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            let bytes = unsafe withUnsafeBytes(of: address.address) { unsafe Array($0[4..<8]) }
            self.init(isFour: true, bits: Self.number(bytes[...]))
        case .v6(let address):
            let bytes = unsafe withUnsafeBytes(of: address.address) { unsafe Array($0[8..<24]) }
            // An IPv4 address in IPv6 form is that IPv4 address.
            let isFour = bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            self.init(isFour: isFour, bits: Self.number(isFour ? bytes[12...] : bytes[..<8]))
        default: self = .unknown
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private init(isFour: Bool, bits: UInt64) {
        self.isFour = isFour
        self.bits = bits
    }
}
