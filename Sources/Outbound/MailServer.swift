package import Model

/// The SMTP server that takes the mails.
package struct MailServer: Sendable {
    /// Its name or address.
    package let host: String
    /// Its port.
    package let port: Int
    /// How the connection is protected.
    package let security: Security
    /// Who logs in and with what; nil for nobody.
    package let login: (user: String, password: Secret)?
    /// A PEM file of certificates to trust instead of the system's.
    package let caFile: String?

    /// How a connection to it is protected.
    package enum Security: String, Sendable, CaseIterable {
        /// STARTTLS before anything is said; a server without it is refused.
        case startTLS = "starttls"
        /// TLS from the first byte (`smtps`).
        case tls
        /// In clear; only to this machine, which is checked when the connection is made.
        case none
    }

    /// Makes a server.
    package init(
        host: String,
        port: Int,
        security: Security,
        login: (user: String, password: Secret)? = nil,
        caFile: String? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.login = login
        self.caFile = caFile
    }

    /// The URL for messages, without any secret.
    package var name: String { "\(security == .tls ? "smtps" : "smtp")://\(host):\(port)" }
}
