import Foundation
import Model
import TestKit
import Testing

@testable import Outbound

@Suite struct `Handing over a mail` {
    /// What the peer wrote down of a mail.
    struct Entry: Decodable {
        let from: String
        let to: [String]
        let source: Data
        let tls: Bool
        let user: String?
        let greeting: String
    }

    let client = OutboundClient()

    private func server(
        _ peer: PythonPeer,
        _ security: MailServer.Security = .none,
        password: String? = nil,
        trusts: Bool = true
    ) -> MailServer {
        let certificate = peer.folder.appendingPathComponent("cert.pem").path
        return MailServer(
            host: security == .none ? "127.0.0.1" : "localhost",
            port: peer.port,
            security: security,
            login: password.map { ("till", Secret($0)) },
            caFile: trusts && security != .none ? certificate : nil
        )
    }

    private func send(
        _ recipient: String,
        through server: MailServer,
        within limit: Duration = .seconds(20)
    ) async -> Result<Void, MailFailure> {
        let mail = MailEnvelope(
            sender: "shop@example.com",
            recipient: recipient,
            source: "Subject: x\r\n\r\nHello\r\n.\r\n..two\r\nend\r\n"
        )
        do throws(MailFailure) {
            try await client.send(mail, through: server, within: limit)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    @Test func `a mail arrives byte for byte`() async throws {
        let peer = try PythonPeer("smtp_peer")

        let result = await send("ann@example.com", through: server(peer))

        #expect(throws: Never.self) { try result.get() }
        let entries = try peer.journal(of: Entry.self)
        #expect(entries.count == 1)
        #expect(entries[0].from == "shop@example.com")
        #expect(entries[0].to == ["ann@example.com"])
        #expect(entries[0].greeting == "example.com")
        #expect(
            String(decoding: entries[0].source, as: UTF8.self)
                == "Subject: x\r\n\r\nHello\r\n.\r\n..two\r\nend\r\n"
        )
    }

    /// What must come of each fault that the peer can play.
    static let faults: [(String, String)] = [
        ("450", "deferred"), ("550", "refused"), ("451", "deferred"), ("554", "refused"),
        ("421", "deferred"), ("stall", "unsure"), ("cut", "unsure"), ("cutrcpt", "unsent"),
    ]

    @Test(arguments: faults)
    func `a fault is told by what the server said`(name: String, expected: String) async throws {
        let peer = try PythonPeer("smtp_peer")

        let limit = Duration.milliseconds(name == "stall" ? 900 : 10_000)
        let result = await send(
            "\(name)@example.com",
            through: server(peer),
            within: limit
        )

        guard case .failure(let failure) = result else {
            Issue.record("\(name) should fail")
            return
        }
        #expect(failure.kind == expected, "\(failure)")
        if name.count == 3, name != "cut" { #expect("\(failure)".contains(name)) }
    }

    @Test func `STARTTLS comes before anything else, and the login after it`() async throws {
        let peer = try PythonPeer(
            "smtp_peer",
            ["--tls", "{folder}", "--require-starttls", "--password", "open sesame"]
        )

        let result = await send(
            "a@example.com",
            through: server(peer, .startTLS, password: "open sesame")
        )

        #expect(throws: Never.self) { try result.get() }
        let entry = try #require(try peer.journal(of: Entry.self).first)
        #expect(entry.tls)
        #expect(entry.user == "till")
    }

    @Test func `TLS from the first byte works too`() async throws {
        let peer = try PythonPeer("smtp_peer", ["--tls", "{folder}", "--smtps"])

        let result = await send(
            "a@example.com",
            through: server(peer, .tls)
        )

        #expect(throws: Never.self) { try result.get() }
        #expect(try peer.journal(of: Entry.self).count == 1)
    }

    @Test func `a wrong password is the operator's to correct and is not shown`() async throws {
        let peer = try PythonPeer("smtp_peer", ["--tls", "{folder}", "--password", "right"])

        let result = await send(
            "a@example.com",
            through: server(peer, .startTLS, password: "wr0ng-one")
        )

        guard case .failure(let failure) = result else {
            Issue.record("a wrong password should fail")
            return
        }
        #expect(failure.kind == "misconfigured")
        #expect(failure.fault == .operator)
        #expect(!"\(failure)".contains("wr0ng-one"))
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }

    @Test func `a server without STARTTLS gets nothing`() async throws {
        let peer = try PythonPeer("smtp_peer")

        let result = await send(
            "a@example.com",
            through: server(peer, .startTLS, trusts: false)
        )

        guard case .failure(let failure) = result else {
            Issue.record("no STARTTLS should fail")
            return
        }
        #expect(failure.kind == "misconfigured", "\(failure)")
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }

    @Test func `a certificate nobody vouches for gets nothing`() async throws {
        let peer = try PythonPeer("smtp_peer", ["--tls", "{folder}"])

        let result = await send(
            "a@example.com",
            through: server(peer, .startTLS, trusts: false)
        )

        guard case .failure(let failure) = result else {
            Issue.record("an unknown certificate should fail")
            return
        }
        #expect(failure.kind == "misconfigured", "\(failure)")
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }

    @Test func `nobody listening means nothing was sent`() async throws {
        let server = MailServer(host: "127.0.0.1", port: 1, security: .none)
        let mail = MailEnvelope(sender: "a@b.c", recipient: "d@e.f", source: "\r\n")

        let failure = await #expect(throws: MailFailure.self) {
            try await client.send(mail, through: server, within: .seconds(5))
        }

        #expect(failure?.kind == "unsent")
    }

    @Test func `an address with more in it never reaches the dialogue`() async throws {
        let peer = try PythonPeer("smtp_peer")
        for bad in ["a@b.c>\r\nRCPT TO:<x@y.z", "a b@c.d", "<a@b.c>", "", "é@b.c"] {
            let result = await send(bad, through: server(peer))
            guard case .failure(let failure) = result else {
                Issue.record("\(bad) should be refused")
                continue
            }
            #expect(failure.kind == "refused")
        }
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }
}

extension MailFailure {
    /// The case's name.
    var kind: String {
        switch self {
        case .refused: "refused"
        case .deferred: "deferred"
        case .unsent: "unsent"
        case .misconfigured: "misconfigured"
        case .unsure: "unsure"
        }
    }
}
