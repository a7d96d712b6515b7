import Model

@testable import Actions
@testable import Daemon
@testable import Outbound

/// Addresses of the web and of mail: what Till takes has one reading, and libcurl's is the same.
enum AddressTarget {
    /// Runs a text through it, as each kind of address.
    static func run(_ text: String) throws(Broken) {
        try web(text)
        try report(text)
        try mail(text)
        try listener(text)
        try header(text)
    }

    private static func web(_ text: String) throws(Broken) {
        guard let url = address(text) else { return }
        try Broken.unless(address(url.text) == url, "a URL taken once is not taken again")
        // libcurl may refuse what Till lets pass: nothing is sent then.
        guard let curl = CurlJudge(text) else { return }
        let isSame =
            CurlJudge.bytes(ofSix: url.host).map { $0 == CurlJudge.bytes(ofSix: curl.host) }
            ?? (url.host == curl.host.lowercased())
        try Broken.unless(isSame, "\(text): Till goes to \(url.host), libcurl to \(curl.host)")
        try Broken.unless("\(url.port)" == curl.port, "\(text): port \(url.port), \(curl.port)")
        try Broken.unless(
            url.isSecure == (curl.scheme == "https"),
            "\(text): libcurl speaks \(curl.scheme)"
        )
        try Broken.unless(!curl.hasUser, "\(text): libcurl finds a user in it")
        _ = AddressPolicy(allowed: [text]).allows(url)
    }

    private static func address(_ text: String) -> WebAddress? {
        do throws(HTTPFailure) {
            return try WebAddress(text)
        } catch {
            return nil
        }
    }

    private static func report(_ text: String) throws(Broken) {
        let dsn: SentryDSN
        do throws(SentryMistake) {
            dsn = try SentryDSN(Secret(text))
        } catch {
            return
        }
        try Broken.unless(
            dsn.endpoint.text.hasSuffix("/envelope/") && !dsn.key.reveal.isEmpty,
            "a DSN leads to \(dsn.endpoint.text)"
        )
        try web(dsn.endpoint.text)
    }

    private static func mail(_ text: String) throws(Broken) {
        guard let mailbox = mailbox(text) else { return }
        let signs = " <>()[],;:\\\"\r\n\t\0"
        try Broken.unless(
            !mailbox.address.contains { signs.contains($0) || !$0.isASCII }
                && mailbox.address.split(separator: "@").count == 2,
            "no plain address: \(mailbox.address)"
        )
        let envelope = MailEnvelope(sender: mailbox.address, recipient: text, source: "")
        let server = MailServer(host: mailbox.domain, port: 25, security: .none)
        do throws(MailFailure) {
            try envelope.check(server)
        } catch {
            try Broken.unless("\(error)".contains("recipient"), "\(error)")
        }
    }

    private static func mailbox(_ text: String) -> MailAddress? {
        do throws(MailMistake) {
            return try MailAddress(parsing: text)
        } catch {
            return nil
        }
    }

    private static func listener(_ text: String) throws(Broken) {
        guard let place = HostPort(text) else { return }
        try Broken.unless(
            HostPort(place.description) == place,
            "\(text) is written as \(place.description)"
        )
        _ = place.isLoopback
    }

    private static func header(_ text: String) throws(Broken) {
        do throws(HTTPFailure) {
            try HTTPRequest.check(name: text, value: text)
        } catch {
            return
        }
        try Broken.unless(
            !text.utf8.contains { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: ":") },
            "a header named \(text)"
        )
    }
}
