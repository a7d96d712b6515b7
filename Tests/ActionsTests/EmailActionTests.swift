import Foundation
import Model
import Outbound
import Plugins
import Testing

@testable import Actions

@Suite struct `Sending a mail by a step` {
    static let order: [String: Value] = [
        "to": .text("ann@example.com"), "template": .text("order-confirmation"),
        "order": .text("A-1001"), "amount": .integer(4999), "currency": .text("usd"),
    ]

    private func inputs(_ changes: [String: Value]) -> [String: Value] {
        Self.order.merging(changes) { $1 }
    }

    /// The send-email plugin with another English HTML of the order confirmation.
    private func loaded(
        html: String,
        _ transport: any MailTransport = Collector()
    ) throws -> (EmailAction, Plugin) {
        let path = "templates/order-confirmation/en.html.mustache"
        let plugin = try Fixture.plugin("send-email").replacing(path, html)
        let kind = EmailKind(
            settings: try Fixture.mailSettings(),
            transport: transport,
            now: { Timestamp(seconds: 0) }
        )
        return (try #require(try kind.load(plugin) as? EmailAction), plugin)
    }

    @Test func `two attempts at one step are one mail, two steps are two`() throws {
        let (action, plugin) = try Fixture.email()

        let first = try action.compose(Fixture.call(plugin, Self.order))
        let again = try action.compose(Fixture.call(plugin, Self.order))
        let replay = try action.compose(
            Fixture.call(plugin, Self.order, key: "evt_1/order-paid/receipt~1")
        )

        #expect(try first.source() == again.source())
        #expect(first.messageID != replay.messageID)
        #expect(first.messageID.hasSuffix("@example.com"))
        #expect(first.messageID.utf8.count < 60)
    }

    @Test func `the outputs name the mail`() async throws {
        let collector = Collector()
        let (action, plugin) = try Fixture.email(collector)

        let outcome = await action.perform(Fixture.call(plugin, Self.order))

        guard case .done(let outputs) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let mail = try #require(collector.sent.first)
        #expect(outputs.text("message_id") == mail.messageID)
        #expect(outputs.text("locale") == "en")
        #expect(mail.text.contains("Paid: $49.99"))
        #expect(mail.subject == "Order A-1001: payment received")
    }

    @Test(arguments: [
        ("ar-SA", "ar"), ("ar", "ar"), ("AR_sa", "ar"), ("ar-Arab-EG", "ar"), ("en-GB", "en"),
        ("fr", "en"), ("", "en"), ("../../etc", "en"), ("ar/../en", "en"), ("x\r\ny", "en"),
    ])
    func `a locale falls back to its language and then to the default`(
        asked: String,
        expected: String
    ) throws {
        let (action, plugin) = try Fixture.email()

        let mail = try action.compose(Fixture.call(plugin, inputs(["locale": .text(asked)])))

        #expect(mail.locale == expected)
    }

    @Test func `an Arabic mail states its direction and isolates what is not Arabic`() throws {
        let (action, plugin) = try Fixture.email()

        let mail = try action.compose(
            Fixture.call(
                plugin,
                inputs([
                    "locale": .text("ar-SA"), "currency": .text("sar"),
                    "link": .text("https://example.com/r"),
                ])
            )
        )

        #expect(mail.html.contains("<html lang=\"ar\" dir=\"rtl\">"))
        #expect(!mail.html.contains("dir=\"ltr\""))
        let cells = mail.html.components(separatedBy: "<td ").dropFirst()
        #expect(cells.allSatisfy { $0.hasPrefix("dir=\"rtl\"") })
        #expect(mail.html.contains("<bdi>A-1001</bdi>"))
        #expect(mail.text.contains("\u{2068}A-1001\u{2069}"))
        #expect(mail.text.contains("٤٩٫٩٩"))
        #expect(mail.text.contains("\nhttps://example.com/r\n"))
        #expect(mail.text.split(separator: "\n").allSatisfy { $0.count <= 78 })
    }

    @Test func `an Arabic subject that begins in Latin letters says its direction first`() throws {
        let subject = "templates/order-confirmation/ar.subject.mustache"
        let plugin = try Fixture.plugin("send-email").replacing(subject, "Order {{order}} تم الدفع")
        let kind = EmailKind(
            settings: try Fixture.mailSettings(),
            transport: Collector(),
            now: { Timestamp(seconds: 0) }
        )
        let action = try #require(try kind.load(plugin) as? EmailAction)

        let latin = try action.compose(Fixture.call(plugin, inputs(["locale": .text("ar")])))
        #expect(latin.subject.hasPrefix("\u{200F}Order"))

        let (usual, shipped) = try Fixture.email()
        let arabic = try usual.compose(Fixture.call(shipped, inputs(["locale": .text("ar")])))
        #expect(arabic.subject.hasPrefix("تأكيد"))
    }

    @Test(arguments: [
        ("ar-SA", "ar-SA"), ("en_IN", "en_IN"), ("ar-EG-u-nu-latn", "ar-EG-u-nu-latn"),
        ("en-u-nu-roman", "en"), ("en_GB_u_nu_hanidec", "en-GB"), ("en-x-y", "en"),
        ("fr-FR", "ar"), ("ar@x", "ar"),
    ])
    func `a locale from outside changes the digits' script and no more`(
        asked: String,
        used: String
    ) {
        #expect(EmailAction.formattingLocale(asked, used.hasPrefix("en") ? "en" : "ar") == used)
    }

    @Test func `HTML in a value is text, also behind a combining mark`() throws {
        let (action, plugin) = try Fixture.email()

        let mail = try action.compose(
            Fixture.call(plugin, inputs(["name": .text("<b>\"\u{301}x' &<\u{338}i")]))
        )

        let escaped = "&lt;b&gt;&quot;\u{301}x&#39; &amp;&lt;\u{338}i"
        let plain = "<b>\"\u{301}x' &<\u{338}i"
        #expect(mail.html.contains(escaped))
        #expect(mail.text.contains(plain))
    }

    @Test(arguments: [
        "http://example.com", "javascript:alert(1)", "//example.com", "https://a@b.c", "x",
        "https://example.com/\" onclick=\"x",
    ])
    func `only an https URL becomes a link`(link: String) throws {
        let (action, plugin) = try Fixture.email()

        let mistake = #expect(throws: MailMistake.self) {
            try action.compose(Fixture.call(plugin, inputs(["link": .text(link)])))
        }

        #expect(mistake?.description.contains("link") == true)
    }

    @Test(arguments: [
        (#"["javascript:alert(1)", "https://example.com/r"]"#, "a list"), ("[]", "a list"),
        (#"["https://example.com/r"]"#, "a list"), ("true", "a flag"), ("false", "a flag"),
        (#"{"url": "javascript:alert(1)"}"#, "a group"),
    ])
    func `a list, a flag or a group becomes no link`(value: String, found: String) async throws {
        let collector = Collector()
        let (action, plugin) = try loaded(html: "<a href=\"{{data.link}}\">x</a>", collector)
        let call = { (link: String) in
            Fixture.call(plugin, inputs(["data": .json("{\"link\": \(link)}")]))
        }

        guard case .failed(let failure) = await action.perform(call(value)) else {
            Issue.record("it should fail")
            return
        }
        #expect(failure.isFinal)
        #expect(
            failure.reason == "\"data.link\" cannot be linked to: it is \(found), not a text; "
                + "give one https:// URL under with"
        )
        #expect(collector.sent.isEmpty)

        guard case .done = await action.perform(call(#""https://example.com/r""#)) else {
            Issue.record("a text should become a link")
            return
        }
        #expect(collector.sent.first?.html == "<a href=\"https://example.com/r\">x</a>")
    }

    @Test func `how a list is kept cannot be named by a template`() throws {
        let (action, plugin) = try loaded(
            html: "{{#data.rows}}<b title=\"{{items}}{{text}}\">{{.}}</b>{{/data.rows}}"
        )
        let data = Value.json(#"{"rows": [["a", " onclick=x "], "b"]}"#)

        let mail = try action.compose(Fixture.call(plugin, inputs(["data": data])))

        #expect(mail.html == "<b title=\"\">a,  onclick=x </b><b title=\"\">b</b>")
    }

    @Test(arguments: [
        (["to": Value.null], "the address is empty"),
        (["to": .text("a@b.c, d@e.f")], "space"),
        (["order": .null], "needs \"order\""),
        (["amount": .null], "needs \"amount\""),
        (["currency": .null], "currency of three letters"),
        (["currency": .text("us")], "currency of three letters"),
        (["amount": .text("49.99")], "whole number"),
        (["template": .text("order-confirmatoin")], "did you mean \"order-confirmation\"?"),
        (["reply-to": .text("nobody")], "not one address"),
    ])
    func `what cannot be written is refused for good, with the reason`(
        changes: [String: Value],
        reason: String
    ) async throws {
        let collector = Collector()
        let (action, plugin) = try Fixture.email(collector)

        let outcome = await action.perform(Fixture.call(plugin, inputs(changes)))

        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.isFinal)
        #expect(failure.fault == .operator)
        #expect(failure.reason.contains(reason), "\(failure.reason)")
        #expect(collector.sent.isEmpty)
    }

    @Test func `each end of the transport is an outcome of its own`() async throws {
        let ends: [(MailFailure, StepOutcome)] = [
            (.refused("x"), .failed(StepFailure("x", fault: .outside, isFinal: true))),
            (.deferred("x"), .failed(StepFailure("x", fault: .outside))),
            (.unsent("x"), .failed(StepFailure("x", fault: .outside))),
            (.misconfigured("x"), .failed(StepFailure("x", fault: .operator))),
            (.unsure("x"), .unsure("x")),
        ]
        for (failure, expected) in ends {
            let (action, plugin) = try Fixture.email(Collector(failing: failure))
            #expect(await action.perform(Fixture.call(plugin, Self.order)) == expected)
        }
    }

    @Test func `no reason names whom the mail is for`() async throws {
        let said = MailFailure.refused("550 <ann@example.com> is unknown")
        let (action, plugin) = try Fixture.email(Collector(failing: said))
        for (to, expected) in [
            ("ann@example.com", "550 <‹to›> is unknown"),
            ("ann@@example.com", "\"‹to›\" is not one address of the form name@domain"),
            ("ann b@example.com", "\"‹to›\" holds a space"),
        ] {
            let call = Fixture.call(plugin, inputs(["to": .text(to)]))
            guard case .failed(let failure) = await action.perform(call) else {
                Issue.record("it should fail")
                continue
            }
            #expect(failure.reason.hasPrefix(expected), "\(failure.reason)")
        }
    }

    @Test func `literal inputs are judged when workflows load`() throws {
        let (action, _) = try Fixture.email()

        #expect(action.problem(input: "template", literal: .text("order-confirmation")) == nil)
        let typo = action.problem(input: "template", literal: .text("ordr-confirmation"))
        #expect(typo?.contains("did you mean \"order-confirmation\"?") == true)
        #expect(action.problem(input: "to", literal: .text("nobody")) != nil)
        #expect(action.problem(input: "to", literal: .text("a@example.com")) == nil)
        #expect(action.problem(input: "reply-to", literal: .text("Shop <a@example.com>")) == nil)
        #expect(action.problem(input: "order", literal: .text("anything")) == nil)
    }

    @Test func `the preview is the mail, and sends nothing`() throws {
        let collector = Collector()
        let (action, plugin) = try Fixture.email(collector)

        let text = action.preview(Fixture.call(plugin, Self.order))

        #expect(text.contains("Subject: Order A-1001: payment received"))
        #expect(text.contains("To: ann@example.com"))
        #expect(text.contains("$49.99"))
        #expect(collector.sent.isEmpty)
    }

    @Test func `the file transport keeps one file for every mail, whatever the attempt`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("till-mails-\(UUID().uuidString)")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let (action, plugin) = try Fixture.email(FileTransport(Outbox(folder: folder.path)))

        for _ in 1...2 { _ = await action.perform(Fixture.call(plugin, Self.order)) }
        _ = await action.perform(Fixture.call(plugin, Self.order, key: "evt_1/order-paid/other"))

        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names.count == 2)
        #expect(names.allSatisfy { $0.hasPrefix("evt_1-order-paid-") && $0.hasSuffix(".eml") })
        let source = try String(
            contentsOf: folder.appendingPathComponent(names[0]),
            encoding: .utf8
        )
        #expect(source.contains("\r\nTo: ann@example.com\r\n"))
    }
}

extension Plugin {
    /// The same plugin with one file changed, added or, for nil, taken away.
    func replacing(_ path: String, _ text: String?) -> Plugin {
        var files = files.filter { $0.path != path }
        if let text { files.append((path, text)) }
        return Plugin(
            name: name,
            summary: summary,
            kind: kind,
            inputs: inputs,
            outputs: outputs,
            sql: sql,
            folder: folder,
            source: source,
            files: files.sorted { $0.path < $1.path }
        )
    }
}
