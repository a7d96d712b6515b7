import Model

/// One mail on its way to a server: who it is from, whom it is for, and its source.
package struct MailEnvelope: Sendable {
    /// The address that bounces go to.
    package var sender: String
    /// The address of its one recipient.
    package var recipient: String
    /// The source: header and body in ASCII, lines ended by CR LF.
    package var source: String

    /// Makes an envelope.
    package init(sender: String, recipient: String, source: String) {
        self.sender = sender
        self.recipient = recipient
        self.source = source
    }

    /// Refuses what would break the dialogue with the server.
    func check(_ server: MailServer) throws(MailFailure) {
        let breaks = { (byte: UInt8) in
            byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
        }
        guard !sender.isEmpty, !sender.utf8.contains(where: breaks) else {
            throw .misconfigured("the sender's address holds a character that no address can have")
        }
        guard !recipient.isEmpty, !recipient.utf8.contains(where: breaks) else {
            throw .refused("the recipient's address holds a character that no address can have")
        }
        let host = server.host.utf8
        let isHost = host.allSatisfy { Self.hostBytes.contains($0) } && !host.isEmpty
        guard isHost, (1...65535).contains(server.port) else {
            throw .misconfigured("\(server.name) is no mail server; correct host and port of smtp")
        }
        guard source.utf8.count <= Limits.mailBytes else {
            throw .refused("the mail is larger than \(Limits.mailBytes) bytes")
        }
    }

    /// What names and addresses of hosts are made of.
    private static let hostBytes = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-[]:".utf8
    )
}
