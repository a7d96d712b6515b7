package import Model
import Outbound

/// Where events of a Sentry project go, read from its DSN.
package struct SentryDSN: Sendable {
    /// The DSN as it was given; the server wants it in the envelope.
    let secret: Secret
    /// The public key.
    let key: Secret
    /// Where envelopes are posted.
    let endpoint: WebAddress
    /// The DSN with its key masked, for people.
    let masked: String

    /// Reads a DSN: `https://KEY@HOST[:PORT][/PREFIX]/PROJECT`.
    ///
    /// - Parameter secret: The DSN.
    /// - Throws: ``SentryMistake`` saying what is wrong, without the DSN itself.
    package init(_ secret: Secret) throws(SentryMistake) {
        let text = secret.reveal
        let scheme = text.hasPrefix("https://") ? "https://" : "http://"
        guard text.hasPrefix(scheme) else {
            throw SentryMistake("a Sentry DSN begins with https://, this one does not")
        }
        let rest = text.dropFirst(scheme.count)
        let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
        // Old DSNs carry a secret behind the key; it is no longer used.
        guard parts.count == 2, let key = parts[0].split(separator: ":").first,
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x2C && $0 != 0x22 })
        else {
            throw SentryMistake("a Sentry DSN has a key before an \"@\", this one does not")
        }
        let path = parts[1].split(separator: "/")
        guard path.count >= 2, let host = path.first, let project = path.last else {
            throw SentryMistake("a Sentry DSN ends in the project's number, this one does not")
        }
        let prefix = path.dropFirst().dropLast().map { "/" + $0 }.joined()
        do throws(HTTPFailure) {
            endpoint = try WebAddress("\(scheme)\(host)\(prefix)/api/\(project)/envelope/")
        } catch {
            throw SentryMistake("the Sentry DSN cannot be used: \(error)")
        }
        self.secret = secret
        self.key = Secret(String(key))
        masked = "\(scheme)‹secret›@\(path.joined(separator: "/"))"
    }
}
