import Daemon
import Model
import Stripe
import Testing

@Suite struct `A sample event` {
    private let now = Timestamp(seconds: 1_770_000_000)
    private let plain = #"{"id":"evt_old","type":"t","created":1,"data":{"object":{"amount":10}}}"#

    @Test(arguments: TriggerFixtures.types)
    func `of every built-in type is an event that the door understands`(type: String) throws {
        let text = try #require(TriggerFixtures.text(of: type))
        let body = try TriggerEvent(text).body(id: nil, now: now)

        let envelope = try EventEnvelope.read(body)

        #expect(envelope.type == type)
        #expect(envelope.created == now.seconds)
        #expect(envelope.objectID?.isEmpty == false)
        #expect(!envelope.livemode)
    }

    @Test func `has an id of its own each time, and a given one when asked`() throws {
        let event = try TriggerEvent(plain)
        let ids = (0..<100).map { _ in TriggerEvent.id(in: event.body(id: nil, now: now)) }

        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.wholeMatch(of: #/evt_[A-Za-z0-9]{24}/#) != nil })
        #expect(TriggerEvent.id(in: event.body(id: "evt_mine", now: now)) == "evt_mine")
    }

    @Test(arguments: [
        ("object.amount=500", #""object":{"amount":500}"#),
        ("data.object.amount=500", #""object":{"amount":500}"#),
        ("object.amount=12.50", #""object":{"amount":12.50}"#),
        ("object.note=two words=three", #""note":"two words=three""#),
        ("object.note=\"500\"", #""note":"500""#),
        ("object.list=[1,{\"a\":null}]", #""list":[1,{"a":null}]"#),
        ("metadata.order_id=A-1", #""object":{"amount":10,"metadata":{"order_id":"A-1"}}"#),
        ("previous.amount=9", #""previous_attributes":{"amount":9}"#),
        ("livemode=true", #""livemode":true"#),
        ("object.empty=", #""empty":"""#),
        ("id=evt_forced", #""id":"evt_forced""#),
        ("created=7", #""created":7"#),
    ])
    func `takes an override`(override: String, expected: String) throws {
        var event = try TriggerEvent(plain)
        try event.replace(override)

        let body = event.body(id: nil, now: now)

        #expect(body.contains(expected), "\(body)")
    }

    @Test func `takes an override inside a list, and behind its end`() throws {
        var event = try TriggerEvent(#"{"data":{"object":{"items":[{"q":1}]}}}"#)
        try event.replace("object.items.0.q=2")
        try event.replace("object.items.1.q=3")

        #expect(event.body(id: nil, now: now).contains(#""items":[{"q":2},{"q":3}]"#))
        #expect(throws: TriggerFailure.self) { try event.replace("object.items.9.q=3") }
    }

    @Test(arguments: ["amount", "=5", "object..amount=5", "object.amount.deep=5"])
    func `refuses an override that leads nowhere and stays as it was`(override: String) throws {
        var event = try TriggerEvent(plain)

        #expect(throws: TriggerFailure.self) { try event.replace(override) }
        #expect(event.body(id: "x", now: now).contains(#""object":{"amount":10}"#))
    }

    @Test(arguments: [
        "", "[]", "1", "{", "{} {}", #"{"a":01}"#, "{\"a\":\"\u{1}\"}", #"{"a":"\ud800"}"#,
    ])
    func `is refused where it is no event`(text: String) {
        #expect(throws: TriggerFailure.self) { try TriggerEvent(text) }
    }

    @Test func `nested deeper than any event is refused, not a crash`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: TriggerFailure.self) { try TriggerEvent("{\"a\":\(deep)") }
    }

    @Test func `keeps key order, numbers and texts as they are spelled`() throws {
        let text = #"{"z":1.0e+5,"a":-0,"b":"é \u00e9 \ud83d\ude00 \/","m":{},"l":[]}"#

        let tree = try #require(TriggerJSON(text))

        #expect(tree.text == #"{"z":1.0e+5,"a":-0,"b":"é é 😀 /","m":{},"l":[]}"#)
        #expect(TriggerJSON(tree.text) == tree)
    }
}
