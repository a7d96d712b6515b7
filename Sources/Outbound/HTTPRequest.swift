import Model

/// One HTTP request that leaves the house.
package struct HTTPRequest: Sendable {
    /// The method in capitals.
    package var method: String
    /// Where to.
    package var url: WebAddress
    /// Header fields in order; names and values must be free of control characters.
    package var headers: [(name: String, value: String)]
    /// What is sent; nil for a request without a body.
    package var body: [UInt8]?
    /// Everything from resolving the name to the last byte of the answer.
    package var timeout: Duration
    /// Which addresses it may connect to.
    package var addresses: AddressPolicy
    /// The path of a Unix socket to connect to instead of the URL's host; for the control socket.
    package var unixSocket: String?
    /// A PEM file of certificates to trust instead of the system's.
    package var caFile: String?
    /// Whether it may be sent once more where a used connection breaks before any answer.
    ///
    /// Why: libcurl does so silently. A request that must not be repeated unrecorded takes only
    /// connections that were used a moment ago, and is lost where one of them breaks.
    package var isRepeatable: Bool
    /// How many bytes of the answer's body are kept; the rest is not waited for.
    package var responseLimit: Int

    /// Makes a request.
    package init(
        method: String,
        url: WebAddress,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration = Limits.httpTime,
        addresses: AddressPolicy = .publicOnly,
        unixSocket: String? = nil,
        caFile: String? = nil,
        isRepeatable: Bool = true,
        responseLimit: Int = Limits.responseBytes
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.addresses = addresses
        self.unixSocket = unixSocket
        self.caFile = caFile
        self.isRepeatable = isRepeatable
        self.responseLimit = responseLimit
    }

    /// Refuses what would break the request's frame.
    func check() throws(HTTPFailure) {
        guard Self.isToken(method) else { throw .refused("\"\(method)\" is no HTTP method") }
        for (name, value) in headers { try Self.check(name: name, value: value) }
    }

    /// Refuses a header field that would break the request's frame.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - value: Its value.
    /// - Throws: ``HTTPFailure/refused(_:)``, without the value.
    package static func check(name: String, value: String) throws(HTTPFailure) {
        guard isToken(name) else { throw .refused("\"\(name)\" is no name of a header field") }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw .refused("the value of header \(name) holds a line break or control character")
        }
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(tokenBytes.contains)
    }

    /// What methods and field names are made of.
    ///
    /// Source: RFC 9110 §5.6.2.
    private static let tokenBytes = Set(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8
    )
}
