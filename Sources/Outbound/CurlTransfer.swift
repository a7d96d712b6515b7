import CCurl
import Glibc
import Model

/// One transfer of libcurl: its handle, what it sends, what it has received.
///
/// It lives on the curl thread only; the thread's table keeps it alive while libcurl points to it.
final class CurlTransfer {
    /// libcurl's easy handle.
    let handle: UnsafeMutableRawPointer
    /// What is transferred and who waits.
    let job: TransferJob
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let upload: [UInt8]
    private var uploaded = 0
    private let limit: Int
    private var headerBytes = 0
    private var hasOpened = false
    private var end = TransferEnd(code: CURLE_OK, detail: "")

    /// Makes the handle and sets every option; nil when libcurl has no memory left.
    init?(_ job: TransferJob) {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.job = job
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        switch job.order {
        case .request(let request):
            upload = []
            limit = request.responseLimit
            prepare()
            prepare(request)
        case .mail(let mail, let server, let isFresh):
            upload = Array(mail.source.utf8)
            limit = 0
            prepare()
            prepare(mail, server)
            if isFresh { set(CURLOPT_FRESH_CONNECT, 1) }
        }
    }

    deinit {
        curl_easy_cleanup(handle)
        for list in lists { curl_slist_free_all(list) }
        errorText.deallocate()
    }

    /// The facts, once libcurl is done with it.
    func ended(_ code: CURLcode, isCanceled: Bool = false) -> TransferEnd {
        end.code = code
        end.isCanceled = isCanceled
        end.status = till_curl_get_long(handle, CURLINFO_RESPONSE_CODE)
        end.sentSomething = till_curl_get_long(handle, CURLINFO_REQUEST_SIZE) > 0
        let said = String(cString: errorText)
        end.detail = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
        if code == CURLE_OPERATION_TIMEDOUT { end.detail = "time ran out" }
        if isCanceled { end.detail = "canceled" }
        return end
    }

    /// What holds for every transfer.
    private func prepare() {
        let me = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
        // No proxy from the environment: it would connect where no policy looks.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_TIMEOUT_MS, job.timeout.milliseconds)
        set(CURLOPT_OPENSOCKETDATA, me)
        till_curl_set_opener(handle, openSocket)
        set(CURLOPT_PREREQDATA, me)
        till_curl_set_asker(handle, askToSend)
        set(CURLOPT_HEADERDATA, me)
        till_curl_set_writer(handle, CURLOPT_HEADERFUNCTION, takeHeader)
        set(CURLOPT_WRITEDATA, me)
        till_curl_set_writer(handle, CURLOPT_WRITEFUNCTION, takeBody)
    }

    private func prepare(_ request: HTTPRequest) {
        set(CURLOPT_CONNECTTIMEOUT_MS, min(job.timeout, Limits.connectTime).milliseconds)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_URL, request.url.text)
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        if let path = request.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if let file = request.caFile { set(CURLOPT_CAINFO, file) }
        if !request.isRepeatable {
            set(CURLOPT_MAXAGE_CONN, Int(Limits.connectionIdleTime.components.seconds))
        }
        if let body = request.body {
            till_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            _ = body.withUnsafeBytes { bytes in
                // An empty body has no address, and none at all would mean: no body.
                let start = bytes.baseAddress ?? UnsafeRawPointer(errorText)
                return till_curl_set_bytes(handle, CURLOPT_COPYPOSTFIELDS, start)
            }
        } else if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        }
        set(CURLOPT_CUSTOMREQUEST, request.method)
        var fields = request.headers.map { "\($0.name): \($0.value)" }
        // Not ours to say: libcurl would add these by itself.
        let names = request.headers.map { $0.name.lowercased() }
        for unasked in ["Expect", "Content-Type", "Accept"]
        where !names.contains(unasked.lowercased()) {
            fields.append(unasked + ":")
        }
        setList(CURLOPT_HTTPHEADER, fields)
    }

    private func prepare(_ mail: MailEnvelope, _ server: MailServer) {
        let scheme = server.security == .tls ? "smtps" : "smtp"
        // What follows the slash is the name that EHLO says: the sender's, not this machine's.
        let domain = mail.sender.split(separator: "@").last ?? "localhost"
        set(CURLOPT_CONNECTTIMEOUT_MS, min(job.timeout, Limits.mailConnectTime).milliseconds)
        set(CURLOPT_PROTOCOLS_STR, scheme)
        set(CURLOPT_URL, "\(scheme)://\(server.host):\(server.port)/\(domain)")
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        if server.security == .startTLS { set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let file = server.caFile { set(CURLOPT_CAINFO, file) }
        if let login = server.login {
            set(CURLOPT_USERNAME, login.user)
            set(CURLOPT_PASSWORD, login.password.reveal)
        }
        set(CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        setList(CURLOPT_MAIL_RCPT, ["<\(mail.recipient)>"])
        set(CURLOPT_UPLOAD, 1)
        till_curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(upload.count))
        set(CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
        till_curl_set_reader(handle, giveMail)
    }

    private func set(_ option: CURLoption, _ value: Int) {
        till_curl_set_long(handle, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        till_curl_set_text(handle, option, value)
    }

    private func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
        till_curl_set_pointer(handle, option, value)
    }

    private func setList(_ option: CURLoption, _ texts: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts { list = curl_slist_append(list, text) ?? list }
        guard let list else { return }
        lists.append(list)
        till_curl_set_list(handle, option, list)
    }

    /// Judges the address that libcurl is about to connect to.
    fileprivate func mayOpen(_ address: curl_sockaddr) -> Bool {
        hasOpened = true
        var address = address
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = Int(till_curl_address(&address, &bytes))
        return judge(PeerAddress(bytes: Array(bytes.prefix(count))))
    }

    /// Judges the connection that libcurl is about to send on, and whether it may send at all.
    ///
    /// A used connection was judged by what another request may reach.
    fileprivate func maySend(to address: UnsafePointer<CChar>) -> Bool {
        end.isOnUsedConnection = !hasOpened
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = Int(till_curl_address_from_text(address, &bytes))
        guard judge(PeerAddress(bytes: Array(bytes.prefix(count)))) else { return false }
        guard case .request(let request) = job.order, !request.isRepeatable else { return true }
        // Something was sent already: its connection broke, and libcurl would send it again.
        return till_curl_get_long(handle, CURLINFO_REQUEST_SIZE) == 0
    }

    /// Judges an address; a refusal is kept for the caller.
    private func judge(_ peer: PeerAddress?) -> Bool {
        switch (job.order, peer) {
        case (.request(let request), nil):
            return request.unixSocket != nil
        case (.request(let request), .some(let peer)):
            end.refusal = request.addresses.refusal(of: peer, for: request.url)
        case (.mail(_, let server, _), .some(let peer)):
            guard server.security == .none, peer.network != .own("a loopback address") else {
                return true
            }
            end.refusal =
                "\(server.host) leads to \(peer), another machine; mail in clear stays on this "
                + "one, set security to starttls or tls"
        case (.mail, nil):
            return false
        }
        return end.refusal == nil
    }

    /// Keeps a header line or an SMTP reply; false where there are too many.
    fileprivate func take(header line: String) -> Bool {
        headerBytes += line.utf8.count
        guard headerBytes <= Limits.peerHeaderBytes else { return false }
        if case .request = job.order {
            if line.hasPrefix("HTTP/") {
                // An interim answer (1xx) is followed by another status line.
                end.headers.removeAll()
            } else if line.allSatisfy(\.isNewline) {
                end.hasAnswer = till_curl_get_long(handle, CURLINFO_RESPONSE_CODE) >= 200
                return true
            }
        }
        end.headers.append(String(line.prefix { !$0.isNewline }))
        return true
    }

    /// Keeps a piece of the body; false once there is more than the limit.
    fileprivate func take(body piece: UnsafeRawBufferPointer) -> Bool {
        let room = limit - end.body.count
        end.body.append(contentsOf: piece.prefix(room))
        end.isTruncated = piece.count > room
        return !end.isTruncated
    }

    /// Hands out the next piece of the mail; 0 at its end.
    fileprivate func give(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, upload.count - uploaded)
        buffer.copyBytes(from: upload[uploaded..<(uploaded + count)])
        uploaded += count
        end.sentAll = uploaded == upload.count
        return count
    }
}

/// libcurl's pointer back to the transfer.
private func transfer(_ pointer: UnsafeMutableRawPointer) -> CurlTransfer {
    Unmanaged<CurlTransfer>.fromOpaque(pointer).takeUnretainedValue()
}

private let openSocket: curl_opensocket_callback = { pointer, _, address in
    guard let pointer, let address, transfer(pointer).mayOpen(address.pointee) else {
        return CURL_SOCKET_BAD
    }
    let kind = address.pointee
    return socket(kind.family, kind.socktype | Int32(SOCK_CLOEXEC.rawValue), kind.protocol)
}

private let askToSend: curl_prereq_callback = { pointer, address, _, _, _ in
    guard let pointer, let address, transfer(pointer).maySend(to: address) else {
        return CURL_PREREQFUNC_ABORT
    }
    return CURL_PREREQFUNC_OK
}

private let takeHeader: curl_write_callback = { bytes, size, count, pointer in
    guard let bytes, let pointer else { return 0 }
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    let line = String(decoding: buffer, as: UTF8.self)
    return transfer(pointer).take(header: line) ? size * count : 0
}

private let takeBody: curl_write_callback = { bytes, size, count, pointer in
    guard let bytes, let pointer else { return 0 }
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(pointer).take(body: buffer) ? size * count : 0
}

private let giveMail: curl_read_callback = { bytes, size, count, pointer in
    guard let bytes, let pointer else { return 0 }
    return transfer(pointer).give(
        into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    )
}

extension Duration {
    /// Whole milliseconds, at least one, as libcurl counts (0 would mean its own default).
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        let bounded = min(max(seconds, 0), 1 << 31)
        return max(1, Int(bounded) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
