package import Outbound

/// Mails become files of a folder, one `.eml` each; for development.
package struct FileTransport: MailTransport {
    private let outbox: Outbox

    /// Makes a transport.
    package init(_ outbox: Outbox) {
        self.outbox = outbox
    }

    package func deliver(_ mail: OutgoingMail, within limit: Duration) async throws(MailFailure) {
        // The key names the file, so that a second attempt writes over the first.
        let name = StableKey.fileName(of: mail.key) + ".eml"
        do {
            try outbox.write(name, try mail.source())
        } catch let mistake as MailMistake {
            throw .refused(mistake.description)
        } catch {
            throw .unsent("\(outbox.folder)/\(name) could not be written: \(error)")
        }
    }
}
