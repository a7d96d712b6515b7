import Foundation
import Model
import Outbound
import Plugins
import TestKit
import Testing

@testable import Actions

@Suite struct `Reporting to Sentry` {
    /// What the peer wrote down of a request.
    struct Entry: Decodable {
        let path: String
        let headers: [String: String]
        let body: String
    }

    let peer: PythonPeer
    let client = OutboundClient()

    init() throws {
        peer = try PythonPeer("http_peer")
    }

    private func action(project: String = "1") throws -> (any Action, Plugin) {
        let dsn = try SentryDSN(Secret("http://abc123@127.0.0.1:\(peer.port)/\(project)"))
        let plugin = try Fixture.plugin("notify-sentry")
        return (try SentryKind(dsn: dsn, client: client).load(plugin), plugin)
    }

    static let inputs: [String: Value] = [
        "message": .text("Order of ann@example.com failed, card 4242 4242 4242 4242"),
        "level": .text("warning"),
        "tags": .json("{\"shop\":\"one\",\"email\":\"ann@example.com\"}"),
        "fingerprint": .json("[\"a\",\"b\"]"),
        "extra": .json(
            """
            {"amount":1999,"customer":{"name":"Ann","phone":"123"},"note":"sk_live_abcdef123456",\
            "cards":["4242424242424242"],"order":"A-1","ratio":0.10}
            """
        ),
    ]

    @Test func `the envelope is complete and the same at every attempt`() async throws {
        let (action, plugin) = try action()
        let call = Fixture.call(plugin, Self.inputs)
        var again = call
        again.attempt = 2

        let outcome = await action.perform(call)
        _ = await action.perform(again)

        let id = StableKey.hash(of: call.key)
        #expect(outcome == .done(Fields([("event_id", .text(id))])))
        let entries = try peer.journal(of: Entry.self)
        #expect(entries.count == 2)
        #expect(entries[0].body == entries[1].body)
        #expect(entries[0].path == "/api/1/envelope/")
        #expect(entries[0].headers["x-sentry-auth"]?.contains("sentry_key=abc123") == true)
        let lines = entries[0].body.split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        let header = try #require(JSONNode(lines[0]))
        #expect(header["event_id"] == .text(id))
        #expect(header["dsn"]?.scalarText?.contains("abc123@127.0.0.1") == true)
        let event = try #require(JSONNode(lines[2]))
        #expect(event["timestamp"] == .number("1763718000"))
        #expect(event["level"] == .text("warning"))
        #expect(event["environment"] == .text("test"))
        #expect(event["fingerprint"]?.json == "[\"a\",\"b\"]")
        #expect(event["tags"]?["shop"] == .text("one"))
        #expect(event["tags"]?["workflow"] == .text("order-paid"))
        #expect(event["extra"]?["order"] == .text("A-1"))
        #expect(event["extra"]?["ratio"] == .number("0.10"))
        #expect(event["extra"]?["event"] == .text("evt_1"))
    }

    @Test func `no secret and nothing personal leaves`() async throws {
        let (action, plugin) = try action()

        _ = await action.perform(Fixture.call(plugin, Self.inputs))

        let body = try #require(try peer.journal(of: Entry.self).first).body
        for canary in ["ann@example.com", "4242", "Ann", "\"123\"", "sk_live"] {
            #expect(!body.contains(canary), "\(canary)")
        }
        #expect(body.contains("Order of [scrubbed] failed"))
    }

    @Test func `a full server is left alone as long as it asks`() async throws {
        let (action, plugin) = try action(project: "429")

        let outcome = await action.perform(Fixture.call(plugin, Self.inputs))

        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.retryAfter == .seconds(90))
        #expect(!failure.isFinal)
    }

    @Test(arguments: [("403", true, Fault.operator), ("500", false, .outside)])
    func `a refusal is final, trouble is not`(
        project: String,
        isFinal: Bool,
        fault: Fault
    ) async throws {
        let (action, plugin) = try action(project: project)

        let outcome = await action.perform(Fixture.call(plugin, Self.inputs))

        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.isFinal == isFinal)
        #expect(failure.fault == fault)
        #expect(!failure.reason.contains("abc123"))
    }

    @Test func `without a DSN nothing is sent and the step is skipped`() async throws {
        let plugin = try Fixture.plugin("notify-sentry")
        let action = try SentryKind(dsn: nil, client: client).load(plugin)

        let outcome = await action.perform(Fixture.call(plugin, Self.inputs))

        guard case .skipped(let why, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(why.contains("DSN"))
    }

    @Test func `the preview masks the key`() throws {
        let (action, plugin) = try action()

        let text = action.preview(Fixture.call(plugin, Self.inputs))

        #expect(!text.contains("abc123"))
        #expect(text.contains("\"level\":\"warning\""))
    }

    @Test func `literal inputs of the wrong shape are told`() throws {
        let (action, _) = try action()

        #expect(action.problem(input: "tags", literal: .json("[1]")) != nil)
        #expect(action.problem(input: "fingerprint", literal: .text("x")) != nil)
        #expect(action.problem(input: "fingerprint", literal: .json("[\"x\"]")) == nil)
        #expect(action.problem(input: "extra", literal: .json("{}")) == nil)
    }
}

@Suite struct `Reading a DSN` {
    @Test(arguments: [
        ("https://key@sentry.example/7", "https://sentry.example/api/7/envelope/"),
        ("https://key:old@sentry.example/7", "https://sentry.example/api/7/envelope/"),
        ("http://key@127.0.0.1:9000/a/b/12", "http://127.0.0.1:9000/a/b/api/12/envelope/"),
    ])
    func `it gives the address of envelopes`(text: String, url: String) throws {
        let dsn = try SentryDSN(Secret(text))

        #expect(dsn.endpoint.text == url)
        #expect(dsn.key.reveal == "key")
        #expect(!dsn.masked.contains("key"))
    }

    @Test(arguments: [
        "", "key@sentry.example/7", "ftp://key@sentry.example/7", "https://sentry.example/7",
        "https://key@sentry.example", "https://@sentry.example/7", "https://k@k@sentry.example/7",
        "https://key@127.1/7", "https://k,e=1@sentry.example/7",
    ])
    func `what is none is refused without being repeated`(text: String) {
        let mistake = #expect(throws: SentryMistake.self) { try SentryDSN(Secret(text)) }

        #expect(mistake?.description.contains("sentry.example") == false)
    }
}

@Suite struct `Scrubbing` {
    @Test(arguments: [
        ("card 4242424242424242.", "card [scrubbed]."),
        ("4242 4242 4242 4242", "[scrubbed]"), ("4242-4242-4242-4242 ok", "[scrubbed] ok"),
        ("378282246310005", "[scrubbed]"), ("order 4242424242424241", "order 4242424242424241"),
        ("1763718000123", "1763718000123"), ("mail ann.b+c@example.com!", "mail [scrubbed]!"),
        ("pi_3Abc_secret_XyZ12345", "[scrubbed]"),
        ("ann@@example.com", "[scrubbed]"), ("a@b", "a@b"), ("@example.com", "@example.com"),
        ("key sk_live_abcdefgh", "key [scrubbed]"), ("rk_test_abcdefgh", "[scrubbed]"),
        ("whsec_abcdefgh", "[scrubbed]"), ("task_list", "task_list"),
        ("pi_3MtwBwLkdIwHu7ix28a3tqPa", "pi_3MtwBwLkdIwHu7ix28a3tqPa"), ("12 items", "12 items"),
    ])
    func `texts lose keys, addresses and card numbers, and nothing else`(
        text: String,
        expected: String
    ) {
        #expect(Scrubber.scrub(text) == expected)
    }

    @Test func `what stands under a telling name is gone`() throws {
        let names = [
            "email", "receipt_email", "customerEmail", "name", "first-name", "phone", "address",
            "card", "card_last4", "secret", "client_secret", "token", "accessToken", "password",
            "Authorization", "api_key", "billing_address",
        ]
        for name in names {
            let tree = Scrubber.scrub(.object([JSONNode.Pair(name, .text("x"))]))
            #expect(tree.pairs?.first?.value == .text(Scrubber.mark), "\(name)")
        }
        for name in ["workflow_name", "order", "amount", "currency", "status", "id"] {
            let tree = Scrubber.scrub(.object([JSONNode.Pair(name, .text("x"))]))
            #expect(tree.pairs?.first?.value == .text("x"), "\(name)")
        }
    }
}
