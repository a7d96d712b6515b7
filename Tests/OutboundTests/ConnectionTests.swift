import Foundation
import Model
import TestKit
import Testing

@testable import Outbound

@Suite struct `Connections kept open` {
    typealias Entry = `Sending a request`.Entry

    /// What the mail server wrote down of a mail.
    struct MailEntry: Decodable {
        let to: [String]
        let connection: Int
    }

    let client = OutboundClient()
    private static let tries = 20

    /// Longer than all tests take together: an answer may wait for another task of this one, whose
    /// turn comes after those of all others.
    private static let limit = Duration.seconds(600)

    private func request(
        _ path: String,
        to peer: PythonPeer,
        _ method: String = "POST",
        allowed: [String] = ["127.0.0.1"]
    ) throws -> HTTPRequest {
        HTTPRequest(
            method: method,
            url: try WebAddress("http://127.0.0.1:\(peer.port)\(path)"),
            body: Array("x".utf8),
            timeout: Self.limit,
            addresses: AddressPolicy(allowed: allowed),
            isRepeatable: method != "POST"
        )
    }

    private func send(_ count: Int, _ request: HTTPRequest) async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 1...count {
                let client = client
                group.addTask { try await client.send(request).status }
            }
            for try await status in group { #expect(status == 200) }
        }
    }

    private func mail(
        to name: String,
        through port: Int
    ) async throws {
        try await client.send(
            MailEnvelope(
                sender: "shop@example.com",
                recipient: "\(name)@example.com",
                source: "Subject: x\r\n\r\nHello\r\n"
            ),
            through: MailServer(host: "127.0.0.1", port: port, security: .none),
            within: Self.limit
        )
    }

    @Test func `200 requests are under way at once, and the next ones open no connection`()
        async throws
    {
        let peer = try PythonPeer("http_peer")
        var (before, opened) = (0, 1)
        // Where the machine pauses for two seconds in between, new connections are right.
        for _ in 1...Self.tries where opened > 0 {
            try await send(200, request("/meet/200", to: peer))
            let known = try peer.journal(of: Entry.self)
            #expect(Set(known.dropFirst(before).map(\.connection)).count == 200)
            try await send(50, request("/x", to: peer))

            let later = try peer.journal(of: Entry.self).dropFirst(known.count)
            #expect(later.count == 50)
            opened = Set(later.map(\.connection)).subtracting(known.map(\.connection)).count
            before = known.count + later.count
        }
        #expect(opened == 0)
    }

    @Test func `a request that must not be sent twice is lost with a used connection`() async throws
    {
        let peer = try PythonPeer("http_peer")
        var wasUsed = false
        for _ in 1...Self.tries where !wasUsed {
            let before = try peer.journal(of: Entry.self).count
            _ = try await client.send(request("/x", to: peer))

            let dropped = try request("/drop", to: peer)
            let failure = await #expect(throws: HTTPFailure.self) { try await client.send(dropped) }

            guard case .lost = failure else {
                Issue.record("\(String(describing: failure)) should be lost")
                return
            }
            let entries = try peer.journal(of: Entry.self).dropFirst(before)
            #expect(entries.map(\.path) == ["/x", "/drop"])
            wasUsed = Set(entries.map(\.connection)).count == 1
        }
        #expect(wasUsed)
    }

    @Test func `a request that may be repeated is sent again on another connection`() async throws {
        let peer = try PythonPeer("http_peer")
        var again: [Int] = []
        // Where the machine pauses for two seconds in between, the connection is new and the
        // request is not repeated.
        for _ in 1...Self.tries where again.count < 2 {
            let before = try peer.journal(of: Entry.self).count
            _ = try await client.send(request("/x", to: peer, "PUT"))

            let dropped = try request("/drop", to: peer, "PUT")
            _ = await #expect(throws: HTTPFailure.self) { try await client.send(dropped) }

            let entries = try peer.journal(of: Entry.self).dropFirst(before)
            again = entries.filter { $0.path == "/drop" }.map(\.connection)
            #expect(entries.first?.path == "/x" && entries.count == 1 + again.count)
        }
        #expect(again.count == 2 && Set(again).count == 2)
    }

    @Test func `a used connection is judged anew for each request`() async throws {
        let peer = try PythonPeer("http_peer")
        _ = try await client.send(request("/x", to: peer, "PUT"))

        let refused = try request("/y", to: peer, "PUT", allowed: [])
        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(refused) }

        guard case .refused(let why) = failure else {
            Issue.record("\(String(describing: failure)) is no refusal")
            return
        }
        #expect(why.contains("127.0.0.1"))
        #expect(try peer.journal(of: Entry.self).map(\.path) == ["/x"])
    }

    @Test func `mails to one server go over one connection`() async throws {
        let peer = try PythonPeer("smtp_peer")
        var connections: Set<Int> = [1, 2]
        // Where the machine pauses in between, another connection is right.
        for _ in 1...Self.tries where connections.count > 1 {
            let before = try peer.journal(of: MailEntry.self).count
            for name in ["ann", "ben", "cyd"] {
                try await mail(to: name, through: peer.port)
            }

            let entries = try peer.journal(of: MailEntry.self).dropFirst(before)
            #expect(entries.count == 3)
            connections = Set(entries.map(\.connection))
        }
        #expect(connections.count == 1)
    }

    @Test func `a server that is done with a connection gets the mail over another`() async throws {
        let peer = try PythonPeer("smtp_peer")

        for name in ["last", "ann"] {
            try await mail(to: name, through: peer.port)
        }

        let entries = try peer.journal(of: MailEntry.self)
        #expect(entries.map(\.to) == [["last@example.com"], ["ann@example.com"]])
        #expect(Set(entries.map(\.connection)).count == 2)
    }

    @Test func `a mail server that takes its time holds up neither requests nor other mails`()
        async throws
    {
        let (post, web) = (try PythonPeer("smtp_peer"), try PythonPeer("http_peer"))
        let port = post.port
        // It is answered when the next mail has come.
        async let slow: Void = mail(to: "after", through: port)
        while try post.journal(of: MailEntry.self).isEmpty { await Task.yield() }

        #expect(try await client.send(request("/x", to: web)).status == 200)
        try await mail(to: "ann", through: port)

        try await slow
    }
}
