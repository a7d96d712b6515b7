package import Model
package import Outbound

/// One mail, ready to leave: what it says and its source.
package struct OutgoingMail: Sendable {
    /// The call's key; a transport names files by it.
    package let key: String
    /// The sender's mailbox.
    package let from: MailAddress
    /// Where answers go; nil for the sender.
    package let replyTo: MailAddress?
    /// The one recipient's address.
    package let to: String
    /// The subject as people read it.
    package let subject: String
    /// The text part as people read it.
    package let text: String
    /// The HTML part.
    package let html: String
    /// The template it was made from.
    package let template: String
    /// The locale of that template.
    package let locale: String
    /// When it was written.
    package let date: Timestamp

    /// The Message-ID without its angle brackets; the same for every attempt.
    package var messageID: String { "\(StableKey.hash(of: key))@\(from.domain)" }

    /// What a mail server needs.
    ///
    /// - Returns: Sender, recipient, and the source in ASCII with CR LF.
    /// - Throws: ``MailMistake`` when a value does not belong in a header.
    package func envelope() throws(MailMistake) -> MailEnvelope {
        MailEnvelope(sender: from.address, recipient: to, source: try source())
    }

    /// The mail's source: header, text part, HTML part.
    ///
    /// - Returns: ASCII, lines of at most 76 characters ended by CR LF.
    /// - Throws: ``MailMistake`` when a value does not belong in a header.
    package func source() throws(MailMistake) -> String {
        // No line of either encoding can hold "=_", so that no body can end the mail.
        let boundary = "=_till_" + StableKey.hash(of: key)
        var out = try HeaderField.mailbox("From", from)
        if let replyTo { out += try HeaderField.mailbox("Reply-To", replyTo) }
        out += HeaderField.token("To", try MailAddress.checked(to))
        out += try HeaderField.text("Subject", subject)
        out += HeaderField.token("Date", CivilTime(date).mailDate)
        out += HeaderField.token("Message-ID", "<\(messageID)>")
        out += HeaderField.token("Auto-Submitted", "auto-generated")
        out += HeaderField.token("X-Auto-Response-Suppress", "All")
        out += HeaderField.token("Content-Language", locale)
        out += HeaderField.token("MIME-Version", "1.0")
        out += "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n\r\n"
        for (type, body) in [("text/plain", text), ("text/html", html)] {
            let (encoding, lines) = TransferEncoding.shortest(for: body)
            out += "--\(boundary)\r\n"
            out += HeaderField.token("Content-Type", "\(type); charset=utf-8")
            out += HeaderField.token("Content-Transfer-Encoding", encoding.rawValue)
            out += "\r\n" + lines
        }
        return out + "--\(boundary)--\r\n"
    }

    /// The mail as a person reads it: the header fields decoded, then both parts.
    package var readable: String {
        let shownFrom = from.name.isEmpty ? from.address : "\(from.name) <\(from.address)>"
        return """
            From: \(shownFrom)
            To: \(to)
            Subject: \(subject)
            Message-ID: <\(messageID)>
            Content-Language: \(locale)

            \(text)
            \(html)
            """
    }
}
