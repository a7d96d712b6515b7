import Foundation
import Model
import Outbound
import Plugins
import TestKit
import Testing

@testable import Actions

@Suite struct `Sending a request by a step` {
    /// What the peer wrote down of a request.
    struct Entry: Decodable {
        let method: String
        let path: String
        let headers: [String: String]
        let body: String
    }

    let peer: PythonPeer
    let plugin: Plugin
    let action: any Action

    init() throws {
        peer = try PythonPeer("http_peer")
        plugin = try Fixture.plugin("http-request")
        action = try HTTPKind(
            addresses: AddressPolicy(allowed: ["127.0.0.1:\(peer.port)"]),
            client: OutboundClient()
        ).load(plugin)
    }

    private func call(
        _ path: String,
        _ inputs: [String: Value] = [:],
        key: String = "evt_1/w/s",
        timeout: Duration = .seconds(10)
    ) -> ActionCall {
        let url = Value.text("http://127.0.0.1:\(peer.port)\(path)")
        return Fixture.call(
            plugin,
            inputs.merging(["url": url]) { $1 },
            key: key,
            timeout: timeout
        )
    }

    @Test func `body, headers and key arrive, and the answer becomes outputs`() async throws {
        let outcome = await action.perform(
            call(
                "/json",
                [
                    "body": .json("{\"order\":\"é\",\"amount\":1.10}"),
                    "headers": .json("{\"X-Shop\":\"one\",\"Authorization\":\"Bearer t\"}"),
                ]
            )
        )

        #expect(
            outcome
                == .done(
                    Fields([("status", .integer(200)), ("body", .json("{\"ok\":true,\"n\":1}"))])
                )
        )
        let entry = try #require(try peer.journal(of: Entry.self).first)
        #expect(entry.method == "POST")
        #expect(entry.body == "{\"order\":\"é\",\"amount\":1.10}")
        #expect(entry.headers["content-type"] == "application/json")
        #expect(entry.headers["idempotency-key"] == "evt_1/w/s")
        #expect(entry.headers["x-shop"] == "one")
        #expect(entry.headers["authorization"] == "Bearer t")
    }

    @Test func `a key that no header can carry is hashed`() async throws {
        _ = await action.perform(call("/x", key: String(repeating: "k", count: 300)))
        _ = await action.perform(call("/x", key: "evt_é/w/s"))

        let keys = try peer.journal(of: Entry.self).compactMap { $0.headers["idempotency-key"] }
        #expect(keys.count == 2)
        #expect(keys.allSatisfy { $0.count == 32 })
        #expect(Set(keys).count == 2)
    }

    @Test(arguments: [
        ("/status/404", true, Fault.operator), ("/status/400", true, .operator),
        ("/status/302?header=Location:/x", true, .operator), ("/status/408", false, .outside),
        ("/status/429", false, .outside), ("/status/500", false, .outside),
        ("/status/503", false, .outside),
    ])
    func `a status says whether trying again can help`(
        path: String,
        isFinal: Bool,
        fault: Fault
    ) async throws {
        let outcome = await action.perform(call(path))

        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.isFinal == isFinal)
        #expect(failure.fault == fault)
        #expect(failure.reason.contains(path.dropFirst(8).prefix(3)))
    }

    @Test(arguments: [
        ("7", Duration.seconds(7)), ("999999999", .seconds(86_400)), ("0", .zero),
    ])
    func `Retry-After is obeyed within a day`(value: String, expected: Duration) async throws {
        let outcome = await action.perform(call("/status/503?header=Retry-After:\(value)"))

        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.retryAfter == expected)
    }

    @Test func `expect decides what is done`() async throws {
        let done = await action.perform(call("/status/404", ["expect": .text("200-299, 404")]))
        guard case .done(let outputs) = done else {
            Issue.record("\(done)")
            return
        }
        #expect(outputs["status"] == .integer(404))

        let failed = await action.perform(call("/status/201", ["expect": .text("200")]))
        guard case .failed(let failure) = failed else {
            Issue.record("\(failed)")
            return
        }
        #expect(failure.isFinal)
    }

    @Test(arguments: ["/stall", "/drop"])
    func `a lost answer leaves it open whether it happened`(path: String) async throws {
        let outcome = await action.perform(call(path, timeout: .seconds(5)))

        guard case .unsure = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try peer.journal(of: Entry.self).count == 1)
    }

    @Test func `nobody listening is tried again, a forbidden address is not`() async throws {
        let gone = await action.perform(
            Fixture.call(plugin, ["url": .text("http://localhost:1/x")])
        )
        guard case .failed(let refused) = gone else {
            Issue.record("\(gone)")
            return
        }
        #expect(refused.isFinal)
        #expect(refused.fault == .operator)

        let allowed = try HTTPKind(
            addresses: AddressPolicy(allowed: ["127.0.0.1:1"]),
            client: OutboundClient()
        ).load(plugin)
        let closed = await allowed.perform(
            Fixture.call(plugin, ["url": .text("http://127.0.0.1:1/x")])
        )
        guard case .failed(let unsent) = closed else {
            Issue.record("\(closed)")
            return
        }
        #expect(!unsent.isFinal)
        #expect(unsent.fault == .outside)
    }

    @Test(arguments: [
        ["headers": Value.json("{\"Host\":\"x\"}")], ["headers": .json("[1]")],
        ["headers": .json("{\"X\":\"a\\r\\nY: b\"}")], ["headers": .json("{\"X Y\":\"a\"}")],
        ["headers": .json("{\"X\":{}}")], ["expect": .text("often")], ["expect": .text("100")],
        ["url": .text("http://127.1/")], ["url": .null],
    ])
    func `what cannot be sent is refused for good`(inputs: [String: Value]) async throws {
        let usual = call("/x").inputs["url"] ?? .null
        let outcome = await action.perform(
            Fixture.call(plugin, ["url": usual].merging(inputs) { $1 })
        )

        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.isFinal)
        #expect(failure.fault == .operator)
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }

    @Test func `a long answer is cut between characters`() async throws {
        let sender = Answering(
            HTTPResponse(
                status: 200,
                body: Array(String(repeating: "é", count: 9000).utf8.dropFirst())
            )
        )
        let action = try HTTPKind(addresses: .publicOnly, client: sender).load(plugin)

        let outcome = await action.perform(
            Fixture.call(plugin, ["url": .text("https://example.com/")])
        )

        guard case .done(let outputs) = outcome, let body = outputs.text("body") else {
            Issue.record("\(outcome)")
            return
        }
        #expect(body.utf8.count <= Limits.recordedAnswerBytes + 2)
        #expect(body.dropFirst().allSatisfy { $0 == "é" })
    }

    @Test func `the preview shows the request without its secrets`() {
        let text = action.preview(
            call(
                "/x",
                [
                    "headers": .json("{\"Authorization\":\"Bearer t0p\",\"X-Api-Key\":\"k3y\"}"),
                    "body": .json("{\"a\":1}"),
                ]
            )
        )

        #expect(text.contains("POST http://127.0.0.1"))
        #expect(text.contains("{\"a\":1}"))
        #expect(!text.contains("t0p"))
        #expect(!text.contains("k3y"))
    }
}

/// Answers every request alike.
struct Answering: HTTPSending {
    private let response: HTTPResponse

    init(_ response: HTTPResponse) {
        self.response = response
    }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse { response }
}

@Suite struct `Waiting as long as a peer asks` {
    @Test func `a date is measured by the peer's own clock`() {
        let response = HTTPResponse(
            status: 503,
            headers: [
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("retry-after", "Sun, 06 Nov 1994 08:51:07 GMT"),
            ]
        )

        #expect(RetryAfter.of(response) == .seconds(90))
    }

    @Test(arguments: [
        "-1", "soon", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "",
    ])
    func `nonsense counts as nothing`(value: String) {
        #expect(RetryAfter.of(HTTPResponse(status: 503, headers: [("retry-after", value)])) == nil)
    }

    @Test func `Sentry's limits count where they concern events`() {
        let limits = HTTPResponse(
            status: 429,
            headers: [("x-sentry-rate-limits", "10:error:org, 900:session:org, 20::key")]
        )

        #expect(RetryAfter.ofSentry(limits) == .seconds(20))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (1_763_719_138, "Fri, 21 Nov 2025 09:58:58 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
    ])
    func `dates are those of the calendar`(seconds: Int64, expected: String) {
        #expect(CivilTime(Timestamp(seconds: seconds)).mailDate == expected)
        let date = expected.replacing("+0000", with: "GMT")
        #expect(CivilTime.moment(httpDate: date) == Timestamp(seconds: seconds))
    }
}
