import Foundation
import Testing

@testable import Stripe

@Suite struct `Reading an event's envelope` {
    @Test func `a snapshot event gives its outer members and its parts as text`() throws {
        let body = """
            {"id": "evt_1", "object": "event", "api_version": "2026-10-28.endive",
             "created": 1761900000, "type": "charge.refunded", "livemode": true,
             "account": "acct_9",
             "data": {"object": {"id": "ch_1", "payment_intent": "pi_1",
               "metadata": {"order_id": "A-7"}}, "previous_attributes": {"amount_refunded": 0}}}
            """
        let event = try EventEnvelope.read(body)
        #expect(event.id == "evt_1")
        #expect(event.type == "charge.refunded")
        #expect(event.created == 1_761_900_000)
        #expect(event.livemode)
        #expect(event.account == "acct_9")
        #expect(event.apiVersion == "2026-10-28.endive")
        #expect(event.objectID == "ch_1")
        #expect(event.lane == "pi_1")
        #expect(event.object?.hasPrefix(#"{"id": "ch_1""#) == true)
        #expect(event.metadata == #"{"order_id": "A-7"}"#)
        #expect(event.previous == #"{"amount_refunded": 0}"#)
        #expect(!event.isThin)
    }

    @Test func `a thin event gives its related object and a time from text`() throws {
        let body = """
            {"id":"evt_2","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered",
             "created":"2026-09-17T06:20:52.246Z","context":"acct_3","livemode":false,
             "related_object":{"id":"mtr_1","type":"billing.meter",
             "url":"/v1/billing/meters/mtr_1"}}
            """
        let event = try EventEnvelope.read(body)
        #expect(event.isThin)
        #expect(event.created == 1_789_626_052)
        #expect(event.account == "acct_3")
        #expect(event.lane == "mtr_1")
        #expect(event.object?.contains("billing.meter") == true)
        #expect(event.metadata == "{}")
    }

    @Test func `an expanded payment intent is known by its id`() throws {
        let body = #"""
            {"id":"e","type":"t",
             "data":{"object":{"id":"re_1","payment_intent":{"id":"pi_5","x":1}}}}
            """#
        #expect(try EventEnvelope.read(body).lane == "pi_5")
    }

    @Test func `without an object the lane is the event itself`() throws {
        #expect(try EventEnvelope.read(#"{"id":"e","type":"t"}"#).lane == "e")
        let null = #"{"id":"e","type":"t","data":{"object":{"id":"cs_1","payment_intent":null}}}"#
        #expect(try EventEnvelope.read(null).lane == "cs_1")
    }

    @Test func `of two members with one name the first counts, as in SQLite`() throws {
        let body = #"""
            {"id":"a","id":"b","type":"t","data":{"object":{"id":"1"}},"data":{"object":{"id":"2"}}}
            """#
        let event = try EventEnvelope.read(body)
        #expect(event.id == "a")
        #expect(event.objectID == "1")
    }

    @Test(arguments: [
        #""data":1,"data":{"object":{"id":"2"}}"#,
        #""data":{"object":null,"object":{"id":"2"},"previous_attributes":0}"#,
        #""data":{"object":{"id":null,"id":"2","metadata":1,"metadata":{}}}"#,
        #""data":{"object":{"payment_intent":{"id":0,"id":"pi_2"}}}"#,
    ])
    func `the first counts whatever it is`(member: String) throws {
        let event = try EventEnvelope.read(#"{"id":"a","type":"t",\#(member)}"#)

        #expect(event.objectID == nil)
        #expect(event.lane == "a")
        #expect(event.metadata == "{}")
        #expect(event.previous == nil)
    }

    @Test(arguments: [
        #""account":null,"context":"acct_3""#, #""context":"acct_3","account":null"#,
    ])
    func `the account is found in whatever order it is told`(members: String) throws {
        #expect(try EventEnvelope.read(#"{"id":"a","type":"t",\#(members)}"#).account == "acct_3")
    }

    @Test func `escapes in ids are resolved`() throws {
        let event = try EventEnvelope.read(#"{"id":"evt_\u0041\n\ud83d\ude00","type":"t\/x"}"#)
        #expect(event.id == "evt_A\n😀")
        #expect(event.type == "t/x")
    }

    @Test(arguments: [
        "", " ", "null", "[]", "\"x\"", "1", "{", "{}x", "{\"id\"}", "{\"id\":}", "{\"id\":1,}",
        "{'id':1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":+1}", "{\"a\":.5}",
        "{\"a\":tru}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\u{1}\"}", "{\"a\":\"b}",
        "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\" 1}", "{,}", "\u{FEFF}{}", "{\"a\":NaN}",
        "{\"a\":-}",
    ])
    func `what is no JSON object is refused`(text: String) {
        #expect(throws: EnvelopeMistake.self) { try EventEnvelope.read(text) }
    }

    /// Foundation's verdict, which is laxer than ours only about trailing commas.
    func isObject(_ text: String) -> Bool {
        let value = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        return value is [String: Any] && !text.hasPrefix("\u{FEFF}")
    }

    @Test func `nesting is bounded, and deep nesting never traps`() {
        func nested(_ depth: Int) -> String {
            #"{"id":"e","type":"t","x":"# + String(repeating: "[", count: depth)
                + String(repeating: "]", count: depth) + "}"
        }
        #expect(throws: Never.self) { try EventEnvelope.read(nested(511)) }
        #expect(throws: EnvelopeMistake.self) { try EventEnvelope.read(nested(512)) }
        #expect(throws: EnvelopeMistake.self) { try EventEnvelope.read(nested(100_000)) }
        #expect(throws: EnvelopeMistake.self) {
            try EventEnvelope.read(String(repeating: #"{"a":"#, count: 100_000))
        }
    }

    @Test func `an event without id or type is named so`() {
        #expect(throws: EnvelopeMistake.missing("id")) {
            try EventEnvelope.read(#"{"type":"t","id":5}"#)
        }
        #expect(throws: EnvelopeMistake.missing("type")) {
            try EventEnvelope.read(#"{"id":"e"}"#)
        }
        #expect(throws: EnvelopeMistake.tooLong) {
            try EventEnvelope.read(#"{"type":"t","id":"\#(String(repeating: "x", count: 256))"}"#)
        }
    }

    @Test func `cutting and flipping a good body never traps and agrees with Foundation`() throws {
        let good = #"""
            {"id":"evt_1","type":"a.b","created":17,"data":{"object":{"id":"x",
            "metadata":{"a":"b\n"},
            "list":[1,-2.5e3,true,null,{"k":[]}]}}}
            """#
        var random = SystemRandomNumberGenerator()
        let bytes = Array(good.utf8)
        for round in 0..<2000 {
            var changed = bytes
            if round.isMultiple(of: 2) {
                changed.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            } else {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                changed[at] = Array(#"{}[]",:\0 9etn"#.utf8).randomElement(using: &random) ?? 0
            }
            let text = String(decoding: changed, as: UTF8.self)
            let event = try? EventEnvelope.read(text)
            if event != nil { #expect(isObject(text), "taken, but no JSON: \(text)") }
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600),
        ("2026-11-21T10:00:00+02:00", 1_795_248_000), ("2100-03-01T00:00:00.5Z", 4_107_542_400),
        ("1969-12-31T23:59:59Z", -1),
    ])
    func `times as text are read to the second`(text: String, seconds: Int64) {
        #expect(RFC3339.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-13-01T00:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21 10:00:00",
        "2026-11-21T10:00:00", "2026-11-21T10:00:00+0200", "20261121T100000Z______",
    ])
    func `what is no time is nil`(text: String) {
        #expect(RFC3339.seconds(text) == nil)
    }

    @Test(arguments: [("JPY", 0), ("kwd", 3), ("usd", 2), ("SAR", 2), ("isk", 2), ("xxx", 2)])
    func `currencies have Stripe's exponent`(code: String, exponent: Int) {
        #expect(Currency.exponent(of: code) == exponent)
    }
}
