import Model
import Outbound
import Store

/// Every single-valued setting by its dotted name in the file; `endpoints` and `vars` stand apart.
package enum SettingName: String, Sendable, CaseIterable {
    case listen
    case adminListen = "admin-listen"
    case state
    case workflows
    case plugins
    case tolerance
    case mailTransport = "mail.transport"
    case mailFrom = "mail.from"
    case mailReplyTo = "mail.reply-to"
    case mailLocale = "mail.default-locale"
    case smtpHost = "mail.smtp.host"
    case smtpPort = "mail.smtp.port"
    case smtpSecurity = "mail.smtp.security"
    case smtpUser = "mail.smtp.user"
    case smtpPassword = "mail.smtp.password"
    case smtpCAFile = "mail.smtp.ca-file"
    case sentryDSN = "sentry.dsn"
    case allowHosts = "http.allow-hosts"
    case requestsAtOnce = "http.requests-at-once"
    case shopName = "shop.name"
    case shopSupportEmail = "shop.support-email"
    case shopURL = "shop.url"
    case logLevel = "log.level"
    case logFormat = "log.format"
    case limitBody = "limits.body"
    case limitConnections = "limits.connections"
    case limitRefused = "limits.refused-per-minute"
    case limitRequestTime = "limits.request-time"
    case limitIdleTime = "limits.idle-time"
    case retentionDone = "retention.done"
    case retentionFailed = "retention.failed"

    /// The variable that overrides the file: `TILL_MAIL_SMTP_HOST`; in lower case its credential.
    package var environmentName: String { Self.environmentNames[self] ?? "" }

    private static let environmentNames = Dictionary(
        uniqueKeysWithValues: allCases.map { name in
            let words = name.rawValue.map { $0 == "." || $0 == "-" ? "_" : $0.uppercased() }
            return (name, "TILL_" + words.joined())
        }
    )

    /// Whether its value must not be shown, and is written in the file as a reference only.
    package var isSecret: Bool { self == .smtpPassword || self == .sentryDSN }

    /// Whether a reload applies a change; the others need a restart.
    package var isLive: Bool {
        switch self {
        case .listen, .adminListen, .state, .limitBody, .limitConnections, .limitRefused,
            .limitRequestTime, .limitIdleTime, .logFormat:
            false
        case .workflows, .plugins, .tolerance, .mailTransport, .mailFrom, .mailReplyTo, .mailLocale,
            .smtpHost, .smtpPort, .smtpSecurity, .smtpUser, .smtpPassword, .smtpCAFile, .sentryDSN,
            .allowHosts, .requestsAtOnce, .shopName, .shopSupportEmail, .shopURL, .logLevel,
            .retentionDone, .retentionFailed:
            true
        }
    }

    /// The built-in default as it would be written; empty where there is none.
    package var defaultText: String {
        let settings = Settings.builtIn
        return switch self {
        case .listen: settings.listen.description
        case .adminListen: settings.adminListen.description
        case .state: settings.state
        case .workflows: settings.workflows
        case .plugins: settings.plugins
        case .tolerance: DurationText.write(settings.tolerance)
        case .mailTransport: settings.mail.transport.rawValue
        case .mailFrom: settings.mail.from
        case .mailLocale: settings.mail.defaultLocale
        case .smtpPort: String(settings.mail.smtp.port)
        case .smtpSecurity: settings.mail.smtp.security.rawValue
        case .requestsAtOnce: String(settings.requestsAtOnce)
        case .shopName: settings.shop.name
        case .shopSupportEmail: settings.shop.supportEmail
        case .shopURL: settings.shop.url
        case .logLevel: settings.log.level.rawValue
        case .logFormat: settings.log.format.rawValue
        case .limitBody: SizeText.write(settings.limits.body)
        case .limitConnections: String(settings.limits.connections)
        case .limitRefused: String(settings.limits.refusedPerMinute)
        case .limitRequestTime: DurationText.write(settings.limits.requestTime)
        case .retentionDone: DurationText.write(settings.retention.done)
        case .retentionFailed: DurationText.write(settings.retention.failed)
        case .limitIdleTime: DurationText.write(settings.limits.idleTime)
        case .mailReplyTo, .smtpHost, .smtpUser, .smtpPassword, .smtpCAFile, .sentryDSN,
            .allowHosts:
            ""
        }
    }
}

extension Settings {
    /// What holds where nobody says otherwise; its folders are relative to the file's folder.
    package static let builtIn = Settings(
        state: "../var",
        workflows: "../workflows",
        plugins: "../plugins",
        endpoints: []
    )

    /// The one endpoint that holds where the file names none, less its secret.
    package static let builtInEndpoint = EndpointSettings(
        name: "default",
        path: "/webhooks/stripe",
        secrets: []
    )

    /// Where the secret of ``builtInEndpoint`` comes from.
    package static let builtInSecretReference = "${env:STRIPE_WEBHOOK_SECRET}"
}
