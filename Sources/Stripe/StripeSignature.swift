internal import Crypto
internal import Foundation
package import Model

/// Proves that a body was signed by Stripe with one of an endpoint's secrets.
package enum StripeSignature {
    /// A signing secret made ready for use: the HMAC key is the secret's text, prefix included.
    package struct Key: Sendable {
        /// The HMAC key itself.
        let key: SymmetricKey

        /// Makes the key of a signing secret (`whsec_…`).
        package init(_ secret: Secret) {
            key = SymmetricKey(data: Array(secret.reveal.utf8))
        }
    }

    /// Compares every `v1` signature with every key, in constant time, over the raw bytes.
    ///
    /// The time is judged after the match, so that a wrong clock is told from a wrong secret.
    ///
    /// - Parameters:
    ///   - header: The value of `Stripe-Signature`; nil when absent.
    ///   - body: The body exactly as it arrived.
    ///   - keys: The endpoint's secrets; more than one while a secret is rolled.
    ///   - now: The moment of receipt.
    ///   - tolerance: How far the signature's time may be from now, both ways.
    /// - Returns: Which key matched, from 1.
    /// - Throws: ``SignatureRefusal``.
    package static func prove(
        _ header: String?,
        body: RawSpan,
        keys: [Key],
        now: Timestamp,
        tolerance: Duration = Limits.signatureTolerance
    ) throws(SignatureRefusal) -> Int {
        guard let header else { throw .noHeader }
        let parts = try SignatureHeader(header, limit: Limits.signatures)
        var match: Int?
        for (slot, key) in keys.enumerated() {
            let expected = code(of: body, at: parts.timestampText, with: key)
            // MAC == DataProtocol is swift-crypto's constant-time comparison.
            for signature in parts.signatures where expected == signature && match == nil {
                match = slot + 1
            }
        }
        guard let match else { throw .noMatch }
        try check(parts, now: now, tolerance: tolerance)
        return match
    }

    /// Refuses a header that proves no body at all.
    ///
    /// - Parameters:
    ///   - header: The value of `Stripe-Signature`; nil when absent.
    ///   - now: The moment of receipt.
    ///   - tolerance: How far the signature's time may be from now, both ways.
    /// - Throws: ``SignatureRefusal``.
    package static func checkHeader(
        _ header: String?,
        now: Timestamp,
        tolerance: Duration = Limits.signatureTolerance
    ) throws(SignatureRefusal) {
        guard let header else { throw .noHeader }
        let parts = try SignatureHeader(header, limit: Limits.signatures)
        try check(parts, now: now, tolerance: tolerance)
    }

    private static func check(
        _ header: SignatureHeader,
        now: Timestamp,
        tolerance: Duration
    ) throws(SignatureRefusal) {
        let age = now.seconds - header.timestamp
        if age > tolerance.components.seconds { throw .tooOld(seconds: age) }
        if age < -tolerance.components.seconds { throw .tooNew(seconds: -age) }
    }

    /// The header that Stripe would send with a body: for samples and tests of one's own endpoint.
    ///
    /// - Parameters:
    ///   - body: The body to be sent.
    ///   - secret: The signing secret.
    ///   - moment: The time to sign for.
    /// - Returns: The value of `Stripe-Signature`.
    package static func header(for body: String, secret: Secret, at moment: Timestamp) -> String {
        let time = String(moment.seconds)
        let mac = unsafe code(of: body.utf8.span.bytes, at: time[...], with: Key(secret))
        return "t=\(time),v1=\(hex(mac))"
    }

    /// HMAC-SHA256 over `time.body`.
    private static func code(
        of body: RawSpan,
        at time: Substring,
        with key: Key
    ) -> HMAC<SHA256>.MAC {
        var hmac = HMAC<SHA256>(key: key.key)
        hmac.update(data: Array(time.utf8) + [UInt8(ascii: ".")])
        unsafe body.withUnsafeBytes { unsafe (hmac.update(data: $0)) }
        return hmac.finalize()
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
        return text
    }
}
