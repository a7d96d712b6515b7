import Foundation
import Model
import Outbound
import Plugins
import TestKit
import Testing

@testable import Actions

@Suite struct `A mail on its way to a server` {
    /// What the peer wrote down of a mail.
    struct Entry: Decodable {
        let from: String
        let to: [String]
        let source: Data
    }

    @Test func `a lost answer is unsure, and the next attempt carries the same Message-ID`()
        async throws
    {
        let peer = try PythonPeer("smtp_peer")
        let server = MailServer(host: "127.0.0.1", port: peer.port, security: .none)
        let (action, plugin) = try Fixture.email(
            SMTPTransport(client: OutboundClient(), server: server)
        )
        let call = Fixture.call(
            plugin,
            [
                "to": .text("cut@example.com"), "template": .text("credits-added"),
                "locale": .text("ar"), "credits": .integer(500),
            ]
        )

        for _ in 1...2 {
            guard case .unsure(let why) = await action.perform(call) else {
                Issue.record("a cut connection should leave it open")
                return
            }
            #expect(why.contains("may have been sent"))
        }

        let entries = try peer.journal(of: Entry.self)
        #expect(entries.count == 2)
        let ids = entries.compactMap { entry in
            String(decoding: entry.source, as: UTF8.self).components(separatedBy: "\r\n")
                .first { $0.hasPrefix("Message-ID: <") }
        }
        #expect(ids.count == 2)
        #expect(Set(ids).count == 1)
        #expect(entries[0].to == ["cut@example.com"])
        #expect(entries[0].from == "shop@example.com")
    }

    @Test func `what no header may carry is refused before the server hears of it`() async throws {
        let peer = try PythonPeer("smtp_peer")
        let server = MailServer(host: "127.0.0.1", port: peer.port, security: .none)
        let transport = SMTPTransport(client: OutboundClient(), server: server)
        let mail = OutgoingMail(
            key: "k",
            from: try MailAddress(parsing: "shop@example.com"),
            replyTo: nil,
            to: "ann@example.com",
            subject: "a\r\nBcc: x@y.z",
            text: "t",
            html: "h",
            template: "t",
            locale: "en",
            date: Timestamp(seconds: 0)
        )

        await #expect(throws: MailFailure.self) {
            try await transport.deliver(mail, within: .seconds(5))
        }
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }

    @Test func `no body ends its mail early or begins another one`() async throws {
        let peer = try PythonPeer("smtp_peer")
        let server = MailServer(host: "127.0.0.1", port: peer.port, security: .none)
        let transport = SMTPTransport(client: OutboundClient(), server: server)
        let ends = ["\n", "\r", "\r\n", "\u{B}", "\u{2028}", "\u{85}", "\r\r\n", "\n\r"]
        var sent = 0
        for before in ends {
            for after in ends {
                let end = before + "." + after
                let second =
                    "MAIL FROM:<a@b.c>\r\nRCPT TO:<evil@b.c>\r\nDATA\r\nSubject: x\r\n\r\nx"
                let mail = OutgoingMail(
                    key: "k\(sent)",
                    from: try MailAddress(parsing: "shop@example.com"),
                    replyTo: nil,
                    to: "ann@example.com",
                    subject: "s",
                    text: "a" + end + second + end,
                    html: "<p>a" + end + second + end,
                    template: "t",
                    locale: "en",
                    date: Timestamp(seconds: 0)
                )
                try await transport.deliver(mail, within: .seconds(20))
                sent += 1
            }
        }

        let entries = try peer.journal(of: Entry.self)
        #expect(entries.count == sent)
        for entry in entries {
            #expect(entry.to == ["ann@example.com"])
            let source = String(decoding: entry.source, as: UTF8.self)
            let lines = source.components(separatedBy: "\r\n")
            #expect(lines.allSatisfy { !$0.utf8.contains(10) && !$0.utf8.contains(13) })
            #expect(!lines.contains("."))
        }
    }
}
