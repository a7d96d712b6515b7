/// What a peer answered to an HTTP request.
package struct HTTPResponse: Sendable {
    /// The status code.
    package let status: Int
    /// Header fields in order, names in lower case.
    package let headers: [(name: String, value: String)]
    /// The body, up to the request's limit.
    package let body: [UInt8]
    /// Whether more of the body was announced or sent than is here.
    package let isTruncated: Bool

    /// Makes an answer.
    package init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        isTruncated: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isTruncated = isTruncated
    }

    /// The value of the first field of that name, given in lower case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The body as text; bytes that are no UTF-8 become U+FFFD.
    package var text: String { String(decoding: body, as: UTF8.self) }
}
