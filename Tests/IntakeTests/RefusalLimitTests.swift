import Model
import NIOCore
import Testing

@testable import Intake

@Suite struct `Limiting what is refused` {
    let start = Timestamp(seconds: 1_761_900_000)

    func client(_ address: String) throws -> ClientNetwork {
        ClientNetwork(try SocketAddress(ipAddress: address, port: 1))
    }

    @Test func `a full bucket is told the reason so often, then to wait`() throws {
        let limit = RefusalLimit(perMinute: 60)
        let one = try client("192.0.2.1")
        for _ in 0..<60 { #expect(limit.refuse(one, now: start) == .told) }
        #expect(limit.refuse(one, now: start) == .limited(seconds: 1, isNews: true))
        #expect(limit.refuse(one, now: start) == .limited(seconds: 1, isNews: false))
        #expect(limit.wait(of: one, now: start) == 1)
        #expect(limit.refuse(try client("192.0.2.2"), now: start) == .told)
    }

    @Test func `tokens come back at the rate, and a full bucket is news again`() throws {
        let limit = RefusalLimit(perMinute: 60)
        let one = try client("192.0.2.1")
        for _ in 0..<61 { _ = limit.refuse(one, now: start) }
        let later = start + .seconds(2)
        #expect(limit.refuse(one, now: later) == .told)
        #expect(limit.refuse(one, now: later) == .told)
        #expect(limit.refuse(one, now: later) == .limited(seconds: 1, isNews: false))
        let muchLater = start + .seconds(100)
        for _ in 0..<60 { #expect(limit.refuse(one, now: muchLater) == .told) }
        #expect(limit.refuse(one, now: muchLater) == .limited(seconds: 1, isNews: true))
    }

    @Test func `a clock that is set back locks nobody out for longer`() throws {
        let limit = RefusalLimit(perMinute: 60)
        let one = try client("192.0.2.1")
        for _ in 0..<61 { _ = limit.refuse(one, now: start) }
        let earlier = start + .seconds(-3600)
        #expect(limit.refuse(one, now: earlier) == .limited(seconds: 1, isNews: false))
        #expect(limit.refuse(one, now: earlier + .seconds(2)) == .told)
    }

    @Test func `more clients than there is room for share a bucket until others are full again`()
        throws
    {
        let limit = RefusalLimit(perMinute: 60, clients: 100)
        for number in 0..<100 {
            #expect(limit.refuse(try client("10.0.0.\(number)"), now: start) == .told)
        }
        for number in 0..<60 {
            #expect(limit.refuse(try client("10.0.1.\(number)"), now: start) == .told)
        }
        let verdict = limit.refuse(try client("10.0.2.1"), now: start)
        #expect(verdict == .limited(seconds: 1, isNews: true))
        #expect(limit.count == 101)
        #expect(limit.refuse(try client("10.0.2.1"), now: start + .seconds(70)) == .told)
        #expect(limit.count == 1)
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8:1:2::1", "2001:db8:1:2:3::4", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("::1", "0.0.0.1", false),
        ]
    )
    func `an IPv6 network is one client`(one: String, other: String, isSame: Bool) throws {
        #expect((try client(one) == client(other)) == isSame)
    }
}
