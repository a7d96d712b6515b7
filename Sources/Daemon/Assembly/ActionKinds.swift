import Actions
import Model
import Outbound
import Plugins

/// Makes the built-in kinds of action as settings want them.
struct ActionKinds: Sendable {
    /// What everything leaves the house through; outlives reloads with its connections.
    let client: OutboundClient
    /// The state folder; its `outbox` takes the mails of the file transport.
    let state: String
    /// The wall clock.
    let clock: WallClock
    /// The templates of mails that were read before.
    let templates = TemplateKeeper()

    /// The kinds for those settings.
    func kinds(for settings: Settings) throws -> [any ActionKind] {
        [
            try email(settings),
            SentryKind(dsn: try settings.sentryDSN.map { try SentryDSN($0) }, client: client),
            HTTPKind(
                addresses: AddressPolicy(allowed: settings.allowedHosts),
                concurrency: settings.requestsAtOnce,
                client: client
            ),
        ]
    }

    private func email(_ settings: Settings) throws -> EmailKind {
        EmailKind(
            settings: try Self.mailSettings(settings),
            transport: try transport(settings.mail),
            templates: templates,
            now: clock
        )
    }

    /// What the settings say about mails, apart from how they leave.
    static func mailSettings(_ settings: Settings) throws -> MailSettings {
        let mail = settings.mail
        return MailSettings(
            from: try MailAddress(parsing: mail.from),
            replyTo: try mail.replyTo.map { try MailAddress(parsing: $0) },
            defaultLocale: mail.defaultLocale,
            shop: MailSettings.Shop(
                name: settings.shop.name,
                support: settings.shop.supportEmail,
                url: settings.shop.url
            )
        )
    }

    private func transport(_ mail: OutgoingMailSettings) throws -> any MailTransport {
        guard mail.transport == .smtp, let host = mail.smtp.host else {
            return FileTransport(Outbox(folder: PathText.join(state, "outbox")))
        }
        let login = mail.smtp.user.map { (user: $0, password: mail.smtp.password ?? Secret("")) }
        return SMTPTransport(
            client: client,
            server: MailServer(
                host: host,
                port: mail.smtp.port,
                security: mail.smtp.security,
                login: login,
                caFile: mail.smtp.caFile
            )
        )
    }
}
