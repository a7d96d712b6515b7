import CCurl

/// How a transfer ended: plain facts, from which the caller tells what the peer may have done.
struct TransferEnd: Sendable {
    /// libcurl's verdict.
    var code: CURLcode
    /// libcurl's own words for it.
    var detail: String
    /// HTTP's status, or the last reply code of an SMTP server; 0 where none came.
    var status = 0
    /// Whether the header of a final HTTP answer is complete.
    var hasAnswer = false
    /// The lines of the header, or the replies of an SMTP server.
    var headers: [String] = []
    /// What was kept of the body.
    var body: [UInt8] = []
    /// Whether the body is longer than what was kept.
    var isTruncated = false
    /// Whether any byte of an HTTP request was sent.
    var sentSomething = false
    /// Whether libcurl was given the last byte of a mail.
    var sentAll = false
    /// Whether it had a connection that an earlier transfer had used.
    var isOnUsedConnection = false
    /// Why no connection was allowed.
    var refusal: String?
    /// Whether the caller gave up.
    var isCanceled = false

    /// An end before the beginning.
    static func neverBegun(_ detail: String) -> TransferEnd {
        TransferEnd(code: CURLE_ABORTED_BY_CALLBACK, detail: detail, isCanceled: true)
    }
}
