import Glibc
import Testing

@testable import Outbound

@Suite struct `Judging an address` {
    /// Addresses as text and what must be said of them.
    static let table: [(String, Verdict)] = [
        ("8.8.8.8", .public), ("1.1.1.1", .public), ("172.15.255.255", .public),
        ("172.32.0.1", .public), ("100.63.255.255", .public), ("100.128.0.1", .public),
        ("192.167.1.1", .public), ("192.169.1.1", .public), ("169.253.1.1", .public),
        ("198.17.0.1", .public), ("198.20.0.1", .public), ("223.255.255.255", .public),
        ("126.255.255.255", .public), ("128.0.0.1", .public), ("9.255.255.255", .public),
        ("11.0.0.1", .public), ("127.0.0.1", .own), ("127.255.255.254", .own),
        ("10.0.0.1", .own), ("10.255.255.255", .own), ("172.16.0.1", .own),
        ("172.31.255.255", .own), ("192.168.0.1", .own), ("100.64.0.1", .own),
        ("100.127.255.255", .own), ("0.0.0.0", .never), ("0.1.2.3", .never),
        ("169.254.169.254", .never), ("169.254.0.1", .never), ("100.100.100.200", .never),
        ("192.0.0.192", .never), ("192.0.0.1", .never), ("192.0.2.1", .never),
        ("192.88.99.1", .never), ("198.18.0.1", .never), ("198.19.255.255", .never),
        ("198.51.100.1", .never), ("203.0.113.1", .never), ("224.0.0.1", .never),
        ("239.255.255.255", .never), ("240.0.0.1", .never), ("255.255.255.255", .never),
        ("2606:4700:4700::1111", .public), ("2a00:1450:4001::1", .public),
        ("2001:4860:4860::8888", .public), ("::1", .own), ("fc00::1", .own), ("fd12::1", .own),
        ("::", .never), ("::ffff:127.0.0.1", .never), ("::ffff:8.8.8.8", .never),
        ("::127.0.0.1", .never), ("64:ff9b::7f00:1", .never), ("64:ff9b:1::1", .never),
        ("2002:7f00:1::1", .never), ("2001::1", .never), ("2001:db8::1", .never),
        ("2001:10::1", .never), ("3fff::1", .never), ("fe80::1", .never), ("febf::1", .never),
        ("fec0::1", .never), ("ff02::1", .never), ("fd00:ec2::254", .never), ("100::1", .never),
        ("5f00::1", .never), ("4000::1", .never),
    ]

    enum Verdict { case `public`, own, never }

    @Test func `every special network is told from the public ones`() throws {
        #expect(Self.table.count >= 60)
        for (text, expected) in Self.table {
            let address = try #require(PeerAddress(parsing: text))
            let verdict: Verdict =
                switch address.network {
                case .public: .public
                case .own: .own
                case .never: .never
                }
            #expect(verdict == expected, "\(text)")
        }
    }

    @Test func `own networks are open to the hosts that the settings name and to no other`() throws
    {
        let loopback = try #require(PeerAddress(parsing: "127.0.0.1"))
        let named = try WebAddress("http://Backend.local:8080/x")
        let other = try WebAddress("http://backend.local:8081/x")
        let policy = AddressPolicy(allowed: ["backend.local:8080", "anyport.local"])

        #expect(policy.refusal(of: loopback, for: named) == nil)
        #expect(policy.refusal(of: loopback, for: try WebAddress("http://anyport.local:1")) == nil)
        let refusal = try #require(policy.refusal(of: loopback, for: other))
        #expect(refusal.contains("127.0.0.1"))
        #expect(refusal.contains("backend.local:8081"))
    }

    @Test func `a metadata service is closed even to a host that the settings name`() throws {
        let metadata = try #require(PeerAddress(parsing: "169.254.169.254"))
        let url = try WebAddress("http://meta.local/")

        #expect(AddressPolicy(allowed: ["meta.local"]).refusal(of: metadata, for: url) != nil)
    }
}

extension PeerAddress {
    /// An address from its text, by the system's own reader.
    init?(parsing text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: four) { Array($0) })
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(bytes: withUnsafeBytes(of: six) { Array($0) })
    }
}
