/// An Internet address that a connection is about to go to, as the resolver gave it.
package struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Its bytes in network order: 4 or 16 of them.
    package let bytes: [UInt8]

    /// Wraps an address's bytes.
    ///
    /// - Parameter bytes: 4 or 16 bytes in network order; any other number gives nil.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Which kind of network it belongs to.
    package var network: Network {
        bytes.count == 4 ? Self.network(four: bytes) : Self.network(six: bytes)
    }

    package var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        return groups.joined(separator: ":")
    }

    /// The networks that the judgement tells apart.
    package enum Network: Sendable, Hashable {
        /// Anywhere on the Internet.
        case `public`
        /// This machine or a network of one's own; allowed for hosts that the settings name.
        case own(String)
        /// Never a peer: multicast, link-local, metadata, translated and reserved addresses.
        case never(String)
    }

    /// Source: IANA "IPv4 Special-Purpose Address Space".
    private static func network(four bytes: [UInt8]) -> Network {
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (0, _, _, _): .never("an unspecified address")
        case (169, 254, 169, 254), (100, 100, 100, 200), (192, 0, 0, 192):
            .never("a cloud's metadata service")
        case (127, _, _, _): .own("a loopback address")
        case (10, _, _, _), (172, 16...31, _, _), (192, 168, _, _): .own("a private address")
        case (100, 64...127, _, _): .own("a carrier's shared address")
        case (169, 254, _, _): .never("a link-local address")
        case (192, 0, 0, _), (192, 0, 2, _), (192, 88, 99, _), (198, 18...19, _, _),
            (198, 51, 100, _), (203, 0, 113, _):
            .never("a reserved address")
        case (224...239, _, _, _): .never("a multicast address")
        case (240...255, _, _, _): .never("a reserved address")
        default: .public
        }
    }

    /// Source: IANA "IPv6 Special-Purpose Address Space"; only 2000::/3 is given out.
    private static func network(six bytes: [UInt8]) -> Network {
        let isZero = { (range: Range<Int>) in bytes[range].allSatisfy { $0 == 0 } }
        if isZero(0..<15), bytes[15] <= 1 {
            return bytes[15] == 1
                ? .own("a loopback address") : .never("an unspecified address")
        }
        if isZero(0..<10) { return .never("an IPv4 address in IPv6 form") }
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (0x00, 0x64, 0xFF, 0x9B): return .never("a translated (NAT64) address")
        case (0x20, 0x02, _, _): return .never("a tunnelled (6to4) address")
        case (0x20, 0x01, 0x00, _), (0x20, 0x01, 0x01, _):
            return .never("a tunnelled (Teredo) or reserved address")
        case (0x20, 0x01, 0x0D, 0xB8), (0x3F, 0xFF, 0x00...0x0F, _):
            return .never("a reserved address")
        case (0xFD, 0x00, 0x0E, 0xC2): return .never("a cloud's metadata service")
        case (0xFC...0xFD, _, _, _): return .own("a private address")
        case (0xFE, 0x80...0xBF, _, _): return .never("a link-local address")
        case (0xFE, 0xC0...0xFF, _, _): return .never("a site-local address")
        case (0xFF, _, _, _): return .never("a multicast address")
        case (0x20...0x3F, _, _, _): return .public
        default: return .never("a reserved address")
        }
    }
}
