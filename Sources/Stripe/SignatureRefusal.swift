/// Why a delivery did not prove that Stripe sent it.
package enum SignatureRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no `Stripe-Signature` header.
    case noHeader
    /// The header cannot be read; the text says what it lacks.
    case badHeader(String)
    /// No `v1` signature fits any configured secret.
    case noMatch
    /// It is well signed, but that many seconds ago.
    case tooOld(seconds: Int64)
    /// It is well signed, but for that many seconds from now.
    case tooNew(seconds: Int64)

    /// The machine-readable reason in the answer and in metrics.
    package var code: String {
        switch self {
        case .noHeader: "no_signature_header"
        case .badHeader: "bad_signature_header"
        case .noMatch: "signature_mismatch"
        case .tooOld: "signature_too_old"
        case .tooNew: "signature_in_future"
        }
    }

    package var description: String {
        switch self {
        case .noHeader:
            "the Stripe-Signature header is missing; only Stripe may post here"
        case .badHeader(let lack): "the Stripe-Signature header cannot be read: \(lack)"
        case .noMatch:
            "no v1 signature fits a configured signing secret; compare the endpoint's secret in "
                + "the Stripe dashboard with the settings, and let nothing on the way change the "
                + "body"
        case .tooOld(let seconds):
            "the signature is \(seconds) s old, more than the tolerance; check this machine's clock"
        case .tooNew(let seconds):
            "the signature is \(seconds) s in the future, more than the tolerance; check this "
                + "machine's clock"
        }
    }
}
