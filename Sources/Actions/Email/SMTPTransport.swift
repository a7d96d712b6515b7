package import Outbound

/// Mails leave by SMTP.
package struct SMTPTransport: MailTransport {
    private let client: any MailSending
    private let server: MailServer

    /// Makes a transport.
    package init(client: any MailSending, server: MailServer) {
        self.client = client
        self.server = server
    }

    package func deliver(_ mail: OutgoingMail, within limit: Duration) async throws(MailFailure) {
        let envelope: MailEnvelope
        do throws(MailMistake) {
            envelope = try mail.envelope()
        } catch {
            throw .refused(error.description)
        }
        try await client.send(envelope, through: server, within: limit)
    }
}
