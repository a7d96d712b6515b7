/// Why a well-signed body is no event that Till can store.
package enum EnvelopeMistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is not JSON, or not an object.
    case notJSON(reason: String, offset: Int)
    /// It lacks a member that every event has.
    case missing(String)
    /// Its id or type is longer than Stripe's 255 characters.
    case tooLong

    /// The machine-readable reason in the answer and in metrics.
    package var code: String {
        switch self {
        case .notJSON: "not_json"
        case .missing: "not_an_event"
        case .tooLong: "id_too_long"
        }
    }

    package var description: String {
        switch self {
        case .notJSON(let reason, let offset):
            "the body is no JSON object: \(reason) at byte \(offset)"
        case .missing(let member): "the body is no Stripe event: it has no \"\(member)\""
        case .tooLong: "the event's id or type is longer than 255 characters"
        }
    }
}
