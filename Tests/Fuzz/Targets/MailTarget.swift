import Model

@testable import Actions

/// What strangers write into mails: the source must be one mail that says the same.
enum MailTarget {
    /// The fields of every mail, in order; Reply-To only where there is one.
    private static let names = [
        "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
    ]

    /// Runs a text through it, cut at U+0001 into name, subject, text and HTML.
    static func run(_ text: String) throws(Broken) {
        let pieces = text.unicodeScalars.split(
            separator: "\u{1}",
            maxSplits: 3,
            omittingEmptySubsequences: false
        ).map { String(Substring($0)) }
        let piece = { (index: Int) in pieces.indices.contains(index) ? pieces[index] : "" }
        let mail: OutgoingMail
        let source: String
        do throws(MailMistake) {
            mail = OutgoingMail(
                key: piece(0),
                from: try MailAddress(parsing: "\(piece(0)) <shop@example.com>"),
                replyTo: try MailAddress(parsing: "help@example.com"),
                to: "buyer@example.com",
                subject: piece(1),
                text: piece(2),
                html: piece(3),
                template: "fuzz",
                locale: "en",
                date: Timestamp(seconds: 1_761_900_000)
            )
            source = try mail.source()
        } catch {
            return
        }
        try judge(mail, try MailJudge(source))
    }

    private static func judge(_ mail: OutgoingMail, _ read: MailJudge) throws(Broken) {
        try Broken.unless(read.fields.map(\.name) == names, "fields: \(read.fields.map(\.name))")
        let from = MailJudge.mailbox(read.fields[0].value)
        try Broken.unless(from.address == "shop@example.com", "from \(from.address)")
        try same("the name", from.name, mail.from.name)
        try Broken.unless(read.fields[2].value == "buyer@example.com", read.fields[2].value)
        try same("the subject", MailJudge.text(read.fields[3].value), mail.subject)
        try Broken.unless(read.parts.count == 2, "\(read.parts.count) parts")
        for (part, text) in zip(read.parts, [mail.text, mail.html]) {
            let body = MailJudge.body(part)
            try Broken.unless(body == lines(of: text), "a body reads differently")
        }
    }

    /// Scalar by scalar: two texts may be equal to Swift and not to a mail program.
    private static func same(_ what: String, _ read: String, _ meant: String) throws(Broken) {
        try Broken.unless(
            read.unicodeScalars.elementsEqual(meant.unicodeScalars),
            "\(what) \(meant.debugDescription) reads \(read.debugDescription)"
        )
    }

    /// The bytes with every kind of line break as CR LF, one at the end.
    private static func lines(of text: String) -> [UInt8] {
        var out: [UInt8] = []
        var last: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0A, last == 0x0D {
                // The LF of a CR LF that is written already.
            } else if byte == 0x0A || byte == 0x0D {
                out += [0x0D, 0x0A]
            } else {
                out.append(byte)
            }
            last = byte
        }
        return out.suffix(2) == [0x0D, 0x0A] ? out : out + [0x0D, 0x0A]
    }
}
