package import Model
package import Outbound

/// How mails leave the house.
package struct OutgoingMailSettings: Sendable, Hashable {
    /// Where they go.
    package var transport = Transport.file
    /// The sender's mailbox, with or without a display name.
    package var from = "Example Shop <shop@example.com>"
    /// Where answers go; nil for the sender.
    package var replyTo: String?
    /// The locale of a mail where the template has none for the recipient.
    package var defaultLocale = "en"
    /// The server that takes mails when `transport` is `smtp`.
    package var smtp = SMTP()

    /// The ways out.
    package enum Transport: String, Sendable, CaseIterable {
        /// One `.eml` per mail in `outbox/` of the state folder; for development.
        case file
        /// A mail server.
        case smtp
    }

    /// A mail server and how to speak with it.
    package struct SMTP: Sendable, Hashable {
        /// Its name; nil until one is configured.
        package var host: String?
        /// Its port.
        package var port = 587
        /// How the connection is protected.
        package var security = MailServer.Security.startTLS
        /// Who logs in; nil for nobody.
        package var user: String?
        /// The password that goes with it.
        package var password: Secret?
        /// A file of certificates trusted instead of the system's; nil for the system's.
        package var caFile: String?

        /// The defaults.
        package init() {}
    }

    /// The defaults.
    package init() {}
}
