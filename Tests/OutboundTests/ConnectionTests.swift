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
        through port: Int,
        within limit: Duration = .seconds(20)
    ) async throws {
        try await client.send(
            MailEnvelope(
                sender: "shop@example.com",
                recipient: "\(name)@example.com",
                source: "Subject: x\r\n\r\nHello\r\n"
            ),
            through: MailServer(host: "127.0.0.1", port: port, security: .none),
            within: limit
        )
    }

    @Test func `after 200 requests at once the next ones open no connection`() async throws {
        let peer = try PythonPeer("http_peer")

        try await send(200, request("/slow/500", to: peer, "PUT"))
        let opened = Set(try peer.journal(of: Entry.self).map(\.connection))
        try await send(50, request("/x", to: peer, "PUT"))

        #expect(opened.count <= 200)
        let later = try peer.journal(of: Entry.self).dropFirst(200).map(\.connection)
        #expect(later.count == 50)
        #expect(opened.isSuperset(of: later))
    }

    @Test func `a request that must not be sent twice is lost with a used connection`() async throws
    {
        let peer = try PythonPeer("http_peer")
        // A connection that was idle for two seconds is not used, as on a busy machine.
        for _ in 1...20 {
            _ = try await client.send(request("/x", to: peer))
            let dropped = try request("/drop", to: peer)
            let failure = await #expect(throws: HTTPFailure.self) {
                try await client.send(dropped)
            }

            guard case .lost = failure else {
                Issue.record("\(String(describing: failure)) should be lost")
                return
            }
            let entries = try peer.journal(of: Entry.self).suffix(2)
            #expect(entries.map(\.path) == ["/x", "/drop"])
            if Set(entries.map(\.connection)).count == 1 { return }
        }
        Issue.record("no used connection was taken")
    }

    @Test func `a request that may be repeated is sent again on another connection`() async throws {
        let peer = try PythonPeer("http_peer")
        _ = try await client.send(request("/x", to: peer, "PUT"))

        let dropped = try request("/drop", to: peer, "PUT")
        _ = await #expect(throws: HTTPFailure.self) { try await client.send(dropped) }

        let entries = try peer.journal(of: Entry.self)
        #expect(entries.map(\.path) == ["/x", "/drop", "/drop"])
        #expect(entries[1].connection != entries[2].connection)
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

        for name in ["ann", "ben", "cyd"] {
            try await mail(to: name, through: peer.port)
        }

        let entries = try peer.journal(of: MailEntry.self)
        #expect(entries.count == 3)
        #expect(Set(entries.map(\.connection)).count == 1)
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

    @Test func `a mail server that is silent holds up neither requests nor other mails`()
        async throws
    {
        let (post, web) = (try PythonPeer("smtp_peer"), try PythonPeer("http_peer"))
        let port = post.port
        async let stalled: Void = mail(to: "stall", through: port, within: .seconds(8))
        while try post.journal(of: MailEntry.self).isEmpty { await Task.yield() }

        try await mail(to: "ann", through: port, within: .seconds(5))
        var quick = try request("/x", to: web)
        quick.timeout = .seconds(5)
        #expect(try await client.send(quick).status == 200)

        do {
            try await stalled
            Issue.record("a mail without an answer is not sent")
        } catch {
            #expect((error as? MailFailure)?.kind == "unsure")
        }
    }
}
