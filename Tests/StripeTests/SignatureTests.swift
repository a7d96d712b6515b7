import Model
import Testing

@testable import Stripe

/// The expected codes were computed apart from the code under test, with Python's hmac module.
@Suite struct `Proving a signature` {
    let body = #"{"id":"evt_1","type":"charge.succeeded","created":1700000000,"note":"Zürich"}"#
    let first = "9dc5230c667ec47a2a6d8f5d5d4bce602b279c7d193b79651a8eae4a59e91561"
    let second = "b0f81575de53f78d0e4905a6de6f85513013a7874bda5036f31e57a570d9f252"
    let keys = [
        StripeSignature.Key(Secret("whsec_first")), StripeSignature.Key(Secret("whsec_second")),
    ]

    func prove(_ header: String?, body: String? = nil, after seconds: Int64 = 0) throws -> Int {
        let text = body ?? self.body
        return try StripeSignature.prove(
            header,
            body: text.utf8.span.bytes,
            keys: keys,
            now: Timestamp(seconds: 1_700_000_000 + seconds)
        )
    }

    @Test func `a right v1 passes and names the secret that matched`() throws {
        #expect(try prove("t=1700000000,v1=\(first)") == 1)
        #expect(try prove("t=1700000000,v1=\(second)") == 2)
    }

    @Test func `every v1 is tried, other schemes are not`() throws {
        let zeros = String(repeating: "0", count: 64)
        #expect(try prove("t=1700000000,v1=\(zeros),v1=\(second),v0=\(zeros)") == 2)
        #expect(throws: SignatureRefusal.noMatch) {
            try prove("t=1700000000,v0=\(first),v1=\(zeros)")
        }
        #expect(throws: SignatureRefusal.badHeader("it has no v1= signature")) {
            try prove("t=1700000000,v0=\(first)")
        }
    }

    @Test func `upper-case hex and spaces behind commas are taken`() throws {
        #expect(try prove("t=1700000000, v1=\(first.uppercased())") == 1)
    }

    @Test(arguments: [
        (-300, true), (-301, false), (0, true), (300, true), (301, false), (86_400, false),
    ])
    func `the time may be 300 s off, both ways`(offset: Int64, passes: Bool) {
        let header = "t=1700000000,v1=\(first)"
        if passes {
            #expect(throws: Never.self) { try prove(header, after: offset) }
        } else {
            let refusal: SignatureRefusal =
                offset > 0 ? .tooOld(seconds: offset) : .tooNew(seconds: -offset)
            #expect(throws: refusal) { try prove(header, after: offset) }
        }
    }

    @Test func `one changed byte of body, time or signature is a mismatch`() {
        let changed = body.replacing("evt_1", with: "evt_2")
        #expect(throws: SignatureRefusal.noMatch) {
            try prove("t=1700000000,v1=\(first)", body: changed)
        }
        #expect(throws: SignatureRefusal.noMatch) {
            try prove("t=1700000001,v1=\(first)")
        }
        #expect(throws: SignatureRefusal.noMatch) {
            try prove("t=1700000000,v1=\(first.dropLast())8")
        }
        #expect(throws: SignatureRefusal.noMatch) {
            try prove("t=1700000000,v1=\(first)", body: body + " ")
        }
    }

    @Test(arguments: [
        "", ",", "t=", "t=,v1=00", "v1=00", "t=12x,v1=00", "t=-5,v1=00", "t=1700000000",
        "t=1,t=2,v1=00", "t=99999999999999999999,v1=00", "T=1700000000,V1=00", "t:1,v1:0", "=,=",
    ])
    func `a header that cannot be read is refused, never trapped on`(header: String) {
        #expect(throws: SignatureRefusal.self) { try prove(header) }
    }

    @Test func `a missing header is its own refusal`() {
        #expect(throws: SignatureRefusal.noHeader) { try prove(nil) }
    }

    @Test func `at most sixteen signatures are looked at`() {
        let zeros = Array(repeating: "v1=" + String(repeating: "0", count: 64), count: 16)
        let header = "t=1700000000," + zeros.joined(separator: ",") + ",v1=\(first)"
        #expect(throws: SignatureRefusal.noMatch) { try prove(header) }
        let within = "t=1700000000," + zeros.dropLast().joined(separator: ",") + ",v1=\(first)"
        #expect(throws: Never.self) { try prove(within) }
    }

    @Test func `the header made for a sample proves itself`() throws {
        let header = StripeSignature.header(
            for: body,
            secret: Secret("whsec_first"),
            at: Timestamp(seconds: 1_700_000_000)
        )
        #expect(header == "t=1700000000,v1=\(first)")
    }

    @Test func `a thousand random headers never trap`() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("tv=01,;: \u{0}é9a")
        for _ in 0..<1000 {
            let header = String((0..<40).map { _ in alphabet.randomElement(using: &random) ?? "t" })
            #expect(throws: SignatureRefusal.self) { try prove(header) }
        }
    }
}
