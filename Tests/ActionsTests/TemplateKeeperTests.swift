import Model
import Plugins
import Testing

@testable import Actions

@Suite struct `Templates kept between reloads` {
    private let keeper = TemplateKeeper()
    private let subject = "templates/order-confirmation/en.subject.mustache"

    private func load(_ plugin: Plugin, locale: String = "en") throws -> TemplateCatalogue? {
        let shop = try Fixture.mailSettings()
        let kind = EmailKind(
            settings: MailSettings(from: shop.from, defaultLocale: locale, shop: shop.shop),
            transport: Collector(),
            templates: keeper,
            now: { Timestamp(seconds: 0) }
        )
        return (try kind.load(plugin) as? EmailAction)?.catalogue
    }

    private func subject(_ catalogue: TemplateCatalogue?) -> String? {
        let edition = catalogue?.edition(of: "order-confirmation", for: "en")
        return edition?.parts[.subject]?
            .render(TemplateValue.group([:]), isRightToLeft: false)
    }

    @Test func `a template that was changed is read again, and changed back again`() throws {
        let plugin = try Fixture.plugin("send-email")
        let first = subject(try load(plugin))
        #expect(first != "New")
        #expect(subject(try load(plugin.replacing(subject, "New"))) == "New")
        #expect(subject(try load(plugin)) == first)
    }

    @Test func `a template that was spoilt is refused, each time`() throws {
        let plugin = try Fixture.plugin("send-email")
        _ = try load(plugin)
        for _ in 1...2 {
            #expect(throws: Mistakes.self) { try load(plugin.replacing(subject, "{{")) }
        }
        #expect(try load(plugin) != nil)
    }

    @Test func `another default locale and other inputs are checked against them`() throws {
        let plugin = try Fixture.plugin("send-email")
        _ = try load(plugin)
        #expect(throws: Mistakes.self) { try load(plugin, locale: "fr") }
        let bare = Plugin(
            name: plugin.name,
            summary: plugin.summary,
            kind: plugin.kind,
            inputs: plugin.inputs.filter { $0.name != "order" },
            outputs: plugin.outputs,
            sql: nil,
            folder: plugin.folder,
            source: plugin.source,
            files: plugin.files
        )
        #expect(throws: Mistakes.self) { try load(bare) }
    }
}
