import CCurl

/// Everything that leaves the house by network goes through here: one for the daemon.
///
/// Connections are kept open and used again; each request is judged by the address of the one it
/// gets. No redirect is followed, no proxy of the environment used, no TLS below 1.2 spoken.
package final class OutboundClient: HTTPSending, MailSending {
    private let loop = CurlLoop()
    private let lanes = MailLanes()

    /// Makes a client and starts its thread.
    package init() {}

    deinit { close() }

    /// Ends what is under way and lets the thread go; what is sent later fails as unsent.
    package func close() {
        loop.close()
        lanes.close()
    }

    package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        try request.check()
        let end = await loop.perform(.request(request), timeout: request.timeout)
        let place = request.unixSocket ?? request.url.origin
        // The status is known: whatever went wrong later, the peer has spoken.
        if end.hasAnswer {
            return HTTPResponse(
                status: end.status,
                headers: end.headers.compactMap(Self.field),
                body: end.body,
                isTruncated: end.isTruncated || end.code != CURLE_OK
            )
        }
        if let refusal = end.refusal, !end.sentSomething { throw .refused(refusal) }
        if end.sentSomething {
            throw .lost(
                "\(place) took the request and did not answer (\(end.detail)); it may have acted"
            )
        }
        if Self.certificateCodes.contains(end.code) {
            throw .untrusted("\(place) cannot be trusted (\(end.detail)); check its certificate")
        }
        throw .unsent("\(place) could not be reached (\(end.detail)); nothing was sent")
    }

    package func send(
        _ mail: MailEnvelope,
        through server: MailServer,
        within limit: Duration
    ) async throws(MailFailure) {
        try mail.check(server)
        let end = await hand(mail, to: server, within: limit)
        guard end.code != CURLE_OK || end.isCanceled else { return }
        let name = server.name
        if let refusal = end.refusal { throw .misconfigured(refusal) }
        let reply = end.lastReply
        switch end.status {
        case 535, 534, 530, 538:
            throw .misconfigured(
                "\(name) refused the login (\(reply)); correct user, password or security of smtp"
            )
        case 400..<500:
            throw .deferred("\(name) put the mail off: \(reply)")
        case 500..<600:
            throw .refused("\(name) refused the mail: \(reply)")
        default: break
        }
        if end.sentAll {
            throw .unsure(
                "\(name) got the whole mail and did not answer (\(end.detail)); "
                    + "it may have been sent"
            )
        }
        if Self.certificateCodes.contains(end.code) {
            throw .misconfigured("\(name) cannot be trusted (\(end.detail)); check its certificate")
        }
        switch end.code {
        case CURLE_USE_SSL_FAILED:
            throw .misconfigured("\(name) offers no STARTTLS, so nothing was sent; set security")
        case CURLE_LOGIN_DENIED:
            throw .misconfigured("\(name) refused the login; correct user or password of smtp")
        default:
            throw .unsent("\(name) could not be given the mail (\(end.detail)); nothing was sent")
        }
    }

    /// Hands a mail over, on another connection where a used one turns out to be over.
    ///
    /// Why: servers end a connection after so many mails or so much time, which says nothing of
    /// this one.
    private func hand(
        _ mail: MailEnvelope,
        to server: MailServer,
        within limit: Duration
    ) async -> TransferEnd {
        let lane = lanes.take()
        defer { lanes.giveBack(lane) }
        let begin = ContinuousClock.now
        let end = await lane.perform(
            .mail(mail, server, onFreshConnection: false),
            timeout: limit
        )
        let left = limit - (ContinuousClock.now - begin)
        guard end.isOverBeforeTheMail, left > .zero else { return end }
        return await lane.perform(.mail(mail, server, onFreshConnection: true), timeout: left)
    }

    /// The codes that mean: the peer's certificate proves nothing, or ours cannot be read.
    private static let certificateCodes: [CURLcode] = [
        CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
    ]

    private static func field(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...]
        let trimmed = value.drop { $0 == " " || $0 == "\t" }
        return (line[..<colon].lowercased(), String(trimmed))
    }
}

extension TransferEnd {
    /// Whether the server was done with a used connection before it had the mail.
    fileprivate var isOverBeforeTheMail: Bool {
        guard isOnUsedConnection, !sentAll, !isCanceled, refusal == nil else { return false }
        if code == CURLE_OK || code == CURLE_OPERATION_TIMEDOUT { return false }
        return status == 421 || !(400..<600).contains(status)
    }

    /// The last reply of an SMTP server, short and without control characters.
    fileprivate var lastReply: String {
        // A polite "221 Bye" may stand behind the reply that matters.
        let line = headers.last { $0.hasPrefix(String(status)) } ?? String(status)
        return String(
            line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200)
        )
    }
}
