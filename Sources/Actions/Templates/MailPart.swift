/// One of the three texts of a mail.
enum MailPart: String, Sendable, CaseIterable {
    case subject, text, html
}
