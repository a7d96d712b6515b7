import Model

@testable import Stripe

/// `Stripe-Signature` as anybody may send it, over a body that is fixed.
///
/// The judge reads the header again, by bytes and by no rule of ours but the format's.
enum SignatureTarget {
    private static let body = "{}"
    private static let secret = Secret("whsec_fuzz")
    private static let now = Timestamp(seconds: 1_761_900_000)

    /// Runs a header through it.
    static func run(_ text: String) throws(Broken) {
        let fields = text.utf8.split(separator: UInt8(ascii: ",")).map { field in
            String(Substring(field.drop { $0 == 0x20 || $0 == 0x09 }))
        }
        // Characters and bytes are the same thing only in ASCII, which a header should be.
        if text.utf8.allSatisfy({ $0 < 0x80 }), let header = header(text) {
            try judge(header, fields)
        }
        guard isProven(text) else { return }
        // Only the true header of that very time proves anything.
        let time = fields.first { $0.hasPrefix("t=") }.flatMap { Int64($0.dropFirst(2)) }
        let moment = Timestamp(seconds: time ?? 0)
        let good = StripeSignature.header(for: body, secret: secret, at: moment)
        let mac = good.split(separator: ",").last ?? ""
        try Broken.unless(
            time != nil && fields.contains { $0.lowercased() == mac },
            "proven without the right signature"
        )
    }

    private static func header(_ text: String) -> SignatureHeader? {
        do throws(SignatureRefusal) {
            return try SignatureHeader(text, limit: Limits.signatures)
        } catch {
            return nil
        }
    }

    private static func isProven(_ text: String) -> Bool {
        do throws(SignatureRefusal) {
            let keys = [StripeSignature.Key(secret)]
            _ = try StripeSignature.prove(text, body: body.utf8.span.bytes, keys: keys, now: now)
            return true
        } catch {
            return false
        }
    }

    private static func judge(_ header: SignatureHeader, _ fields: [String]) throws(Broken) {
        let times = Set(fields.filter { $0.hasPrefix("t=") }.map { $0.dropFirst(2) })
        try Broken.unless(times == [header.timestampText], "another time was taken: \(times)")
        try Broken.unless(
            Int64(header.timestampText) == header.timestamp && header.timestamp >= 0,
            "the number is not the text's"
        )
        let hex = fields.filter { $0.hasPrefix("v1=") }.prefix(Limits.signatures).filter {
            $0.utf8.count == 67
                && $0.utf8.dropFirst(3).allSatisfy("0123456789abcdefABCDEF".utf8.contains)
        }
        try Broken.unless(header.signatures.count == hex.count, "signatures were lost or made up")
        for (bytes, text) in zip(header.signatures, hex) {
            let again = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try Broken.unless("v1=\(again)" == text.lowercased(), "a signature was misread")
        }
    }
}
