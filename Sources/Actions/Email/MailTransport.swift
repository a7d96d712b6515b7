package import Outbound

/// How mails leave the house.
package protocol MailTransport: Sendable {
    /// Hands over one mail; returns once it is taken.
    ///
    /// - Parameters:
    ///   - mail: The mail.
    ///   - limit: Everything it may take.
    /// - Throws: ``MailFailure`` when it is not known to be taken.
    func deliver(_ mail: OutgoingMail, within limit: Duration) async throws(MailFailure)
}
