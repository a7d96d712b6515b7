import Foundation
import Model
import Plugins
import TestKit
import Testing

@testable import Actions

@Suite struct `The source of a mail` {
    /// What Python's own parser understood of a mail.
    struct Verdict: Decodable {
        let defects: [String]
        let names: [String]
        let type: String
        let subject: String
        let from: [[String]]
        let to: [[String]]
        let types: [String]
        let texts: [String]
        let longest: Int
        let bare: Int
        let ascii: Bool
    }

    /// What a browser's parser understood of a page.
    struct Page: Decodable {
        let shape: [String]
        let comments: Int
    }

    /// The header of every mail, in order.
    static let names = [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
    ]

    private func judge(_ mails: [OutgoingMail]) throws -> [Verdict] {
        let lines = try mails.map { Data(try $0.source().utf8).base64EncodedString() }
        return try PythonPeer.run("mail_judge", reading: lines.joined(separator: "\n") + "\n")
            .split(separator: "\n")
            .map { try JSONDecoder().decode(Verdict.self, from: Data($0.utf8)) }
    }

    @Test func `every shipped mail in both languages is read without a defect`() throws {
        let (action, plugin) = try Fixture.email()
        var mails: [OutgoingMail] = []
        for template in action.catalogue.names {
            for locale in ["en", "ar", "ar-SA"] {
                mails.append(
                    try action.compose(
                        Fixture.call(
                            plugin,
                            [
                                "to": .text("ann@example.com"), "template": .text(template),
                                "locale": .text(locale), "name": .text("آن O'Neil <b>"),
                                "order": .text("A-1001"), "amount": .integer(123_457),
                                "total": .integer(200_000), "currency": .text("sar"),
                                "credits": .integer(1500), "balance": .integer(2500),
                                "why": .text("Your card was declined."),
                                "link": .text("https://example.com/o?a=1&b=2"),
                            ]
                        )
                    )
                )
            }
        }
        let verdicts = try judge(mails)

        #expect(verdicts.count == 12)
        for (mail, verdict) in zip(mails, verdicts) {
            #expect(verdict.defects.isEmpty)
            #expect(verdict.names == Self.names)
            #expect(verdict.type == "multipart/alternative")
            #expect(verdict.types == ["text/plain", "text/html"])
            #expect(verdict.texts.map(Self.lines) == [mail.text, mail.html].map(Self.lines))
            #expect(verdict.subject == mail.subject)
            #expect(verdict.from == [["Example Shop", "shop@example.com"]])
            #expect(verdict.to == [["", "ann@example.com"]])
            #expect(verdict.longest <= 76)
            #expect(verdict.bare == 0)
            #expect(verdict.ascii)
        }
    }

    @Test func `no value of any field adds a field, a recipient or markup`() throws {
        let (action, plugin) = try Fixture.email()
        var generator = SeededGenerator(seed: 7)
        let pieces = [
            "a", " ", "Bcc: x@y.z", "<", ">", "\"", "'", "&", "=?", "?=", "é", "ع", "\u{301}", "{{",
            "}}", ",", ";", "--=_till_", "\u{202E}", "👍", "<script>", "%0d%0a", "\\",
        ]
        let random = {
            (0..<Int.random(in: 1...12, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        }
        var mails: [OutgoingMail] = []
        var values: [(String, String)] = []
        while mails.count < 500 {
            let (name, order) = (random(), random())
            let template = mails.count.isMultiple(of: 2) ? "order-confirmation" : "payment-failed"
            let call = Fixture.call(
                plugin,
                [
                    "to": .text("ann@example.com"), "template": .text(template),
                    "locale": .text(mails.count.isMultiple(of: 3) ? "ar" : "en"),
                    "name": .text(name), "order": .text(order), "amount": .integer(1),
                    "currency": .text("usd"),
                ]
            )
            values.append((name, order))
            mails.append(try action.compose(call))
        }
        let verdicts = try judge(mails)
        var tagsOfPlain: [String: Int] = [:]

        for (index, verdict) in verdicts.enumerated() {
            #expect(verdict.defects.isEmpty, "\(values[index])")
            #expect(verdict.names == Self.names)
            #expect(verdict.to == [["", "ann@example.com"]])
            #expect(verdict.subject == mails[index].subject)
            #expect(verdict.subject.contains(values[index].1))
            #expect(verdict.types == ["text/plain", "text/html"])
            // The markup is the template's: as many brackets as with harmless values.
            let mail = mails[index]
            let kind = mail.template + mail.locale
            let plain = try tagsOfPlain[kind] ?? Self.tags(of: plainTwin(of: mail, action, plugin))
            tagsOfPlain[kind] = plain
            #expect(Self.tags(of: mail) == plain, "\(values[index])")
        }
    }

    @Test func `a browser's parser finds no element and no attribute that is not the template's`()
        throws
    {
        let (action, plugin) = try Fixture.email()
        var generator = SeededGenerator(seed: 11)
        let pieces = [
            "<", ">", "</", "/>", "\"", "'", "`", "=", "&", ";", "&lt;", "&#60", "&#x3c;", "<!--",
            "-->", "<![CDATA[", "]]>", "<script>", "</script>", "alert(1)", "<img src=x onerror=",
            " onload=", "<svg/onload=", "<style>", "</style>", "</td></table>", "<plaintext>",
            "javascript:", "{{", "}}", "{{{", "%3C", "\u{3C}\u{338}", "\u{FF1C}",
            "\u{301}", "é", " ", "a",
        ]
        let random = {
            "o"
                + (0..<Int.random(in: 1...9, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        }
        let mails = try (0..<1000).map { number in
            let values = number == 0 ? ("n", "o") : (random(), random())
            return try action.compose(
                Fixture.call(
                    plugin,
                    [
                        "to": .text("ann@example.com"), "template": .text("order-confirmation"),
                        "locale": .text("en"), "name": .text(values.0), "order": .text(values.1),
                        "amount": .integer(1), "currency": .text("usd"),
                    ]
                )
            )
        }
        let lines = mails.map { Data($0.html.utf8).base64EncodedString() }
        let pages = try PythonPeer.run("html_judge", reading: lines.joined(separator: "\n") + "\n")
            .split(separator: "\n")
            .map { try JSONDecoder().decode(Page.self, from: Data($0.utf8)) }

        #expect(pages.count == 1000)
        for (page, mail) in zip(pages, mails) {
            #expect(page.shape == pages[0].shape, "\(mail.html)")
            #expect(page.comments == pages[0].comments, "\(mail.html)")
        }
    }

    @Test func `a line break in a value never reaches the header`() async throws {
        for bad in ["A\r\nBcc: x@y.z", "A\nB", "A\rB", "A\u{0}", "A\u{85}B", "A\u{2028}B"] {
            let collector = Collector()
            let (action, plugin) = try Fixture.email(collector)
            let outcome = await action.perform(
                Fixture.call(
                    plugin,
                    [
                        "to": .text("ann@example.com"), "template": .text("order-confirmation"),
                        "order": .text(bad), "amount": .integer(1), "currency": .text("usd"),
                    ]
                )
            )
            guard case .failed(let failure) = outcome else {
                Issue.record("\(bad.debugDescription) should fail")
                continue
            }
            #expect(failure.isFinal)
            #expect(failure.reason.contains("subject"))
            #expect(collector.sent.isEmpty)
        }
    }

    @Test func `a display name may be anything and is read back`() throws {
        // Longer ones need two encoded words, which Python joins with a space between them.
        for name in ["Shop, Inc.", "a \\ b", "متجر المثال", String(repeating: "é", count: 20)] {
            let mail = OutgoingMail(
                key: "k",
                from: try MailAddress(parsing: "x <shop@example.com>").named(name),
                replyTo: nil,
                to: "ann@example.com",
                subject: "s",
                text: "t\n",
                html: "h\n",
                template: "t",
                locale: "en",
                date: Timestamp(seconds: 0)
            )
            let verdict = try judge([mail])[0]
            #expect(verdict.defects.isEmpty)
            #expect(verdict.from == [[name, "shop@example.com"]])
        }
    }

    /// The opening brackets in the mail's HTML.
    private static func tags(of mail: OutgoingMail) -> Int {
        mail.html.unicodeScalars.count { $0 == "<" }
    }

    /// The mail of the same template with values that mean nothing in HTML.
    private func plainTwin(
        of mail: OutgoingMail,
        _ action: EmailAction,
        _ plugin: Plugin
    ) throws -> OutgoingMail {
        try action.compose(
            Fixture.call(
                plugin,
                [
                    "to": .text("ann@example.com"), "template": .text(mail.template),
                    "locale": .text(mail.locale), "name": .text("n"), "order": .text("o"),
                    "amount": .integer(1), "currency": .text("usd"),
                ]
            )
        )
    }

    /// The lines of a part: how they end, and whether the last one does, is the transport's.
    private static func lines(_ text: String) -> [String] {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        if lines.last == "" { lines.removeLast() }
        return lines.map(String.init)
    }
}

extension MailAddress {
    /// The same address under another name, which is not read from text.
    func named(_ name: String) throws -> MailAddress {
        let quoted = "\"" + name + "\""
        return try MailAddress(parsing: "\(quoted) <\(address)>")
    }
}
