/// What can hand a mail to an SMTP server: the daemon's client, or what a test puts in its place.
package protocol MailSending: Sendable {
    /// Hands over one mail and returns once the server has taken it.
    ///
    /// - Parameters:
    ///   - mail: The mail.
    ///   - server: Which server.
    ///   - limit: Everything it may take.
    /// - Throws: ``MailFailure`` when the server has not said that it took the mail.
    func send(
        _ mail: MailEnvelope,
        through server: MailServer,
        within limit: Duration
    ) async throws(MailFailure)
}
