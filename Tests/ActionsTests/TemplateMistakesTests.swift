import Foundation
import Model
import Plugins
import Testing

@testable import Actions

@Suite struct `Mistakes in templates` {
    private func mistakes(_ path: String, _ text: String?) throws -> [String] {
        let plugin = try Fixture.plugin("send-email").replacing("templates/\(path)", text)
        let kind = EmailKind(
            settings: try Fixture.mailSettings(),
            transport: Collector(),
            now: { Timestamp(seconds: 0) }
        )
        do throws(Mistakes) {
            _ = try kind.load(plugin)
            return []
        } catch {
            let folder = plugin.folder + "/templates/"
            return error.all.map { "\($0.place): \($0.message)".replacing(folder, with: "") }
        }
    }

    /// A text in place of the English HTML of the order confirmation, and what must be said.
    static let table: [(String, String)] = [
        ("<p>{{{order}}}</p>", "1:4: a value is never put in unescaped"),
        ("a\n b{{&order}}", "2:3: a value is never put in unescaped"),
        ("{{ordr}}", "1:1: \"ordr\" is no name here; did you mean \"order\"?"),
        ("{{#ordr}}x{{/ordr}}", "1:1: \"ordr\" is no name here; did you mean \"order\"?"),
        ("{{shop.nme}}", "1:1: \"shop.nme\" is no name here; did you mean \"shop.name\"?"),
        ("{{order.x}}", "1:1: \"order.x\" is no name here"),
        ("{{reply-to}}", "1:1: \"reply-to\" is no name"),
        ("{{upper(order)}}", "1:1: \"upper(order)\" is no name"),
        ("{{.}}", "1:1: \".\" is no name"),
        ("{{}}", "1:1: \"\" is no name"),
        ("{{> footer}}", "1:1: mail templates have no {{> tags"),
        ("{{< base}}{{/base}}", "1:1: mail templates have no {{< tags"),
        ("{{$block}}{{/block}}", "1:1: mail templates have no {{$ tags"),
        ("{{=<% %>=}}", "1:1: mail templates have no {{= tags"),
        ("{{% CONTENT_TYPE:TEXT}}", "1:1: mail templates have no {{% tags"),
        ("{{#order}}x", "1:1: the section \"order\" is never closed"),
        ("x{{/order}}", "1:2: there is no section \"order\" to close here"),
        ("{{#order}}{{#name}}{{/order}}{{/name}}", "1:20: the section \"name\" must be closed"),
        ("x {{order", "1:3: \"{{\" is never closed"),
        ("  \n", "1:1: the template is empty"),
        ("<a href=\"/x/{{order}}\">", "1:13: a value cannot stand in a URL that begins with"),
        ("<a href='javascript:{{order}}'>", "1:21: a value cannot stand in a URL"),
        ("<a href={{link}}>", "1:9: a value cannot stand inside a tag but outside"),
        ("<b {{order}}>", "1:4: a value cannot stand inside a tag"),
        ("<b style=\"color:{{why}}\">", "1:17: a value cannot stand in the attribute style"),
        ("<b onclick=\"f({{why}})\">", "1:15: a value cannot stand in the attribute onclick"),
        ("<script>{{why}}</script>", "1:9: a value cannot stand inside a script element"),
        ("<style>\n{{why}}</style>", "2:1: a value cannot stand inside a style element"),
        ("<!-- {{why}} -->", "1:6: a value cannot stand inside a comment"),
        // What a browser reads otherwise than a person does.
        ("<b title=x\"{{why}}\">", "1:12: a value cannot stand inside a tag"),
        ("<b \"{{why}}\">", "1:5: a value cannot stand inside a tag"),
        ("<script>a<b>{{why}}</script>", "1:13: a value cannot stand inside a script element"),
        ("<!x a=\"><script>{{why}}\"", "1:17: a value cannot stand inside a script element"),
        ("<!-- --!><b onclick=\"-->{{why}}\">", "1:25: a value cannot stand in the attribute"),
        ("<b title=\"x\"\u{301}><style>{{why}}", "1:21: a value cannot stand inside a style"),
        ("<p srcdoc='{{why}}'>", "1:12: a value cannot stand in the attribute srcdoc"),
        ("<b title={{#order}}\"{{/order}}{{why}}\">", "1:21: the section \"order\" begins"),
        ("{{#order}}<!-- {{/order}}", "1:16: the section \"order\" begins and ends in different"),
        ("{{#data.items}}<a href=\"{{link}}\">x</a>{{/data.items}}", "1:25: a URL out of"),
        (String(repeating: "{{#order}}", count: 33), "1:321: more than 32 sections"),
    ]

    @Test(arguments: table)
    func `each is found at its place`(text: String, expected: String) throws {
        let found = try mistakes("order-confirmation/en.html.mustache", text)

        let prefix = "order-confirmation/en.html.mustache:" + expected
        #expect(found.contains { $0.hasPrefix(prefix) }, "\(found)")
    }

    @Test(arguments: [
        "<td {{#order}}title=\"{{order}}\"{{/order}}>x</td>", "<title>{{order}}</title>{{why}}",
        "<p title=\"{{#order}}a{{/order}}b\">{{order}}</p>", "a < b {{order}} <br/> {{order}}",
        "<a href=\"https://x/{{#order}}{{order}}/{{/order}}{{why}}\">x</a>",
        "<a href=\"{{link}}\">{{order}}</a>", "<a href='https://example.com/{{order}}'>x</a>",
        "<a title=\"{{why}}\" href=\"mailto:{{shop.support}}\">x</a>", "{{! a comment }}x",
        "<p>{{data.anything.below}}</p>", "{{#data.items}}<p>{{label}} {{.}}</p>{{/data.items}}",
        "{{#order}}{{order}}{{/order}}{{^order}}none{{/order}}", "<style>p{}</style>{{order}}",
    ])
    func `what is allowed loads`(text: String) throws {
        #expect(try mistakes("order-confirmation/en.html.mustache", text) == [])
    }

    @Test func `a missing part is a mistake, and so is a missing default locale`() throws {
        let missing = try mistakes("payment-failed/ar.text.mustache", nil)
        #expect(missing.count == 1)
        #expect(missing[0].hasPrefix("payment-failed/ar.text.mustache:1:1: this file is missing"))

        let alone = try mistakes("thanks/ar.subject.mustache", "شكرًا")
        #expect(
            alone.map { String($0.prefix { $0 != ":" }) } == [
                "thanks/ar.html.mustache", "thanks/ar.text.mustache", "thanks/en.html.mustache",
                "thanks/en.subject.mustache", "thanks/en.text.mustache",
            ]
        )
    }

    @Test(arguments: ["x/en.txt", "x/en.body.mustache", "en.text.mustache", "x/a_b.text.mustache"])
    func `a file that is no part of a template is a mistake`(path: String) throws {
        let found = try mistakes(path, "x")

        #expect(found.contains { $0.hasPrefix("\(path):1:1: this is no file of a template") })
    }

    @Test func `all mistakes come at once`() throws {
        let found = try mistakes(
            "order-confirmation/en.html.mustache",
            "{{ordr}}\n{{{name}}}\n{{> x}}"
        )

        #expect(found.count == 3)
    }

    @Test func `a manifest without a recipient is no email`() throws {
        let email = try Fixture.plugin("send-email")
        let bare = Plugin(
            name: "x",
            summary: "",
            kind: .email,
            inputs: email.inputs.filter { $0.name != "to" },
            outputs: [],
            sql: nil,
            folder: email.folder,
            source: email.source,
            files: email.files
        )
        let kind = EmailKind(
            settings: try Fixture.mailSettings(),
            transport: Collector(),
            now: { Timestamp(seconds: 0) }
        )

        let mistakes = #expect(throws: Mistakes.self) { try kind.load(bare) }
        #expect(mistakes?.all.contains { $0.message.contains("needs an input \"to\"") } == true)
    }
}
