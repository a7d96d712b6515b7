package import Model
package import Plugins
import YAMLTree

/// Plugins of kind `email`: each sends one mail made from the templates in its folder.
package struct EmailKind: ActionKind {
    package let kind = Plugin.Kind.email
    package let concurrency: Int
    package let timeout = Limits.mailTime
    private let settings: MailSettings
    private let transport: any MailTransport
    private let templates: TemplateKeeper
    private let now: WallClock

    /// Makes the kind.
    ///
    /// - Parameters:
    ///   - settings: Sender, shop, default locale.
    ///   - transport: How mails leave.
    ///   - templates: Those read before.
    ///   - concurrency: How many at once; more than a few make mail servers suspicious.
    ///   - now: The time for the Date field.
    package init(
        settings: MailSettings,
        transport: any MailTransport,
        templates: TemplateKeeper = TemplateKeeper(),
        concurrency: Int = Limits.mailsAtOnce,
        now: @escaping WallClock
    ) {
        self.settings = settings
        self.transport = transport
        self.templates = templates
        self.concurrency = concurrency
        self.now = now
    }

    package func load(_ plugin: Plugin) throws(Mistakes) -> any Action {
        var mistakes = MissingInputs.mistakes(
            in: plugin,
            needing: [("to", .text), ("template", .text)]
        )
        let hasMoney = plugin.inputs.contains(where: MailValues.isMoney)
        if hasMoney, !plugin.inputs.contains(where: { $0.name == "currency" }) {
            mistakes += MissingInputs.mistakes(in: plugin, needing: [("currency", .text)])
        }
        do throws(Mistakes) {
            let catalogue = try templates.catalogue(
                of: plugin,
                defaultLocale: settings.defaultLocale
            )
            if mistakes.isEmpty {
                return EmailAction(
                    plugin: plugin,
                    settings: settings,
                    catalogue: catalogue,
                    transport: transport,
                    now: now
                )
            }
        } catch {
            mistakes += error.all
        }
        throw Mistakes(mistakes)
    }
}
