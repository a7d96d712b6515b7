internal import HTTPTypes
internal import Hummingbird
internal import Model
package import Store
package import Stripe

/// How the door answers one delivery, and why.
package enum Answer: Sendable, Hashable {
    /// It is on disk.
    case stored
    /// It was on disk before.
    case duplicate
    /// No endpoint has that path.
    case noEndpoint(path: String)
    /// Webhooks are posted.
    case notPost(method: String)
    /// The body's type or encoding is not plain JSON.
    case notJSONType(String)
    /// The body is larger than the limit.
    case tooLarge(limit: Int)
    /// The body did not arrive whole.
    case cutOff
    /// Nothing proves that Stripe sent it.
    case unproven(SignatureRefusal)
    /// It is signed, and no event.
    case noEvent(EnvelopeMistake)
    /// It is signed, and its bytes are not UTF-8.
    case notUTF8
    /// It is signed, and of the payload style the endpoint does not take.
    case wrongPayload(isThin: Bool)
    /// Nothing proves that Stripe sent it, as so often with this client.
    case limited(seconds: Int)
    /// It could not be written down.
    case notStored(StoreFailure)

    /// Every code with its outcome label, for metrics made ahead.
    static let codes = [
        "stored", "duplicate", "no_endpoint", "not_post", "not_json_type", "too_large", "cut_off",
        "no_signature_header", "bad_signature_header", "signature_mismatch", "signature_too_old",
        "signature_in_future", "not_json", "not_an_event", "id_too_long", "not_utf8",
        "thin_payload", "snapshot_payload", "rate_limited", "unavailable", "store_refused",
    ]

    /// The machine-readable reason.
    package var code: String {
        switch self {
        case .stored: "stored"
        case .duplicate: "duplicate"
        case .noEndpoint: "no_endpoint"
        case .notPost: "not_post"
        case .notJSONType: "not_json_type"
        case .tooLarge: "too_large"
        case .cutOff: "cut_off"
        case .unproven(let refusal): refusal.code
        case .noEvent(let mistake): mistake.code
        case .notUTF8: "not_utf8"
        case .wrongPayload(let isThin): isThin ? "thin_payload" : "snapshot_payload"
        case .limited: "rate_limited"
        case .notStored(.refused): "store_refused"
        case .notStored: "unavailable"
        }
    }

    /// The HTTP status (RFC 9110 §15).
    package var status: Int {
        switch self {
        case .stored, .duplicate: 200
        case .noEndpoint: 404
        case .notPost: 405
        case .notJSONType: 415
        case .tooLarge: 413
        case .cutOff, .unproven, .noEvent, .notUTF8, .wrongPayload: 400
        case .limited: 429
        case .notStored(.refused): 500
        case .notStored: 503
        }
    }

    /// What happened and what to do, for whoever reads the answer or the log.
    package var message: String {
        switch self {
        case .stored: "the event is stored"
        case .duplicate: "the event was stored before"
        case .noEndpoint(let path):
            "no endpoint has the path \(path); see endpoints in the settings"
        case .notPost(let method): "\(method) is not how webhooks are sent; use POST"
        case .notJSONType(let type): "the body must be plain application/json, not \(type)"
        case .tooLarge(let limit): "the body is larger than \(limit) bytes"
        case .cutOff: "the body did not arrive whole"
        case .unproven(let refusal): refusal.description
        case .noEvent(let mistake): mistake.description
        case .notUTF8: "the body is not UTF-8"
        case .wrongPayload(isThin: true):
            "this is a thin event; the endpoint takes snapshots (payload: snapshot in the settings)"
        case .wrongPayload(isThin: false):
            "this is a snapshot event; the endpoint takes thin ones (payload: thin in the settings)"
        case .limited(let seconds):
            "too many requests of this client were refused; wait \(seconds) s to be told why"
        case .notStored(let failure): failure.description
        }
    }

    /// Whether the client is to blame and nothing proves that it is Stripe.
    var isRefusal: Bool {
        switch self {
        case .noEndpoint, .notPost, .notJSONType, .tooLarge, .cutOff, .unproven: true
        case .stored, .duplicate, .noEvent, .notUTF8, .wrongPayload, .limited, .notStored: false
        }
    }

    /// The body of the answer.
    private var json: String {
        switch self {
        case .stored: #"{"received":true}"#
        case .duplicate: #"{"received":true,"duplicate":true}"#
        default:
            #"{"received":false,"reason":"\#(code)","message":\#(JSONText.quoted(message))}"#
        }
    }

    /// The whole answer.
    ///
    /// - Parameter closes: Whether the connection ends with it, because the body was not read.
    /// - Returns: The response.
    func response(closes: Bool = false) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        if closes { headers[.connection] = "close" }
        switch self {
        case .notPost: headers[.allow] = "POST"
        case .limited(let seconds): headers[.retryAfter] = "\(seconds)"
        case .notStored(.refused): break
        case .notStored: headers[.retryAfter] = "30"
        default: break
        }
        return Response(
            status: .init(code: status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: json))
        )
    }
}
