import CCurl
import Glibc

/// How libcurl, which makes the connection, takes a URL apart.
struct CurlJudge {
    /// The host; an IPv6 address in brackets.
    let host: String
    /// The port, the scheme's own where none is written.
    let port: String
    /// The scheme in lower case.
    let scheme: String
    /// Whether it finds a user or a password.
    let hasUser: Bool

    /// Reads a URL as a transfer does; nil where libcurl refuses it.
    init?(_ url: String) {
        guard let parts = curl_url() else { return nil }
        defer { curl_url_cleanup(parts) }
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME)
        guard curl_url_set(parts, CURLUPART_URL, url, flags) == CURLUE_OK else { return nil }
        let get = { (part: CURLUPart) -> String? in
            var text: UnsafeMutablePointer<CChar>?
            let code = curl_url_get(parts, part, &text, UInt32(CURLU_DEFAULT_PORT))
            guard code == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        guard let host = get(CURLUPART_HOST), let port = get(CURLUPART_PORT),
            let scheme = get(CURLUPART_SCHEME)
        else { return nil }
        self.host = host
        self.port = port
        self.scheme = scheme
        hasUser = get(CURLUPART_USER) != nil || get(CURLUPART_PASSWORD) != nil
    }

    /// The bytes of an IPv6 address in brackets, so that spellings can be compared; nil for others.
    static func bytes(ofSix host: String) -> [UInt8]? {
        guard host.hasPrefix("["), host.hasSuffix("]") else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &bytes) == 1 else {
            return nil
        }
        return bytes
    }
}
