import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Model
import NIOCore
import Store
import Stripe
import Synchronization
import Testing

@testable import Intake

/// A store that remembers, or fails as it is told.
final class StubRecording: Recording {
    let deliveries = Mutex<[Delivery]>([])
    let failure: StoreFailure?

    init(failing failure: StoreFailure? = nil) {
        self.failure = failure
    }

    func record(_ delivery: Delivery) async throws(StoreFailure) -> Receipt {
        if let failure { throw failure }
        return deliveries.withLock { known in
            if known.contains(where: { $0.id == delivery.id }) { return .duplicate }
            known.append(delivery)
            return .stored
        }
    }
}

@Suite struct `Answering at the door` {
    let secret = Secret("whsec_door")
    let now = Timestamp(seconds: 1_761_900_000)
    let body = #"""
        {"id":"evt_1","object":"event","type":"charge.succeeded","created":1761899000,
        "livemode":false,
        "data":{"object":{"id":"ch_1","payment_intent":"pi_1"}}}
        """#

    func post(
        _ body: String,
        to path: String = "/webhooks/stripe",
        method: HTTPRequest.Method = .post,
        signed secret: Secret? = nil,
        headers more: HTTPFields = [:],
        store: StubRecording = StubRecording(),
        endpoint: Endpoint? = nil
    ) async throws -> (status: Int, text: String, headers: HTTPFields) {
        let endpoint =
            endpoint ?? Endpoint(name: "main", path: "/webhooks/stripe", secrets: [self.secret])
        var bounds = Door.Bounds()
        bounds.body = 4096
        let door = Door(
            endpoints: [endpoint],
            store: store,
            bounds: bounds,
            clock: { [now] in now },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        var headers = more
        headers[try #require(HTTPField.Name("Stripe-Signature"))] = StripeSignature.header(
            for: body,
            secret: secret ?? self.secret,
            at: now
        )
        return try await Application(responder: door).test(.router) { [headers] client in
            try await client.execute(
                uri: path,
                method: method,
                headers: headers,
                body: ByteBuffer(string: body)
            ) { response in
                (response.status.code, String(buffer: response.body), response.headers)
            }
        }
    }

    @Test func `a signed event is recorded and acknowledged`() async throws {
        let store = StubRecording()
        let answer = try await post(body, store: store)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"received":true}"#)
        let delivery = try #require(store.deliveries.withLock { $0.first })
        #expect(delivery.id == EventID("evt_1"))
        #expect(delivery.lane == "pi_1")
        #expect(delivery.body == body)
        #expect(delivery.secretSlot == 1)
        #expect(delivery.receivedAt == now)
        #expect(delivery.hold == nil)
    }

    @Test func `the second delivery says duplicate`() async throws {
        let store = StubRecording()
        _ = try await post(body, store: store)
        let answer = try await post(body, store: store)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"received":true,"duplicate":true}"#)
    }

    @Test func `a forged delivery leaves nothing behind`() async throws {
        let store = StubRecording()
        let answer = try await post(body, signed: Secret("whsec_other"), store: store)
        #expect(answer.status == 400)
        #expect(answer.text.contains(#""reason":"signature_mismatch""#))
        #expect(store.deliveries.withLock { $0.isEmpty })
    }

    @Test func `what is signed and no event is named`() async throws {
        #expect(try await post("nonsense").text.contains(#""reason":"not_json""#))
        #expect(try await post(#"{"id":"evt_1"}"#).text.contains(#""reason":"not_an_event""#))
    }

    @Test func `path, method, type and encoding are judged before the body`() async throws {
        #expect(try await post(body, to: "/else").status == 404)
        let get = try await post(body, method: .get)
        #expect(get.status == 405)
        #expect(get.headers[.allow] == "POST")
        #expect(try await post(body, headers: [.contentType: "text/plain"]).status == 415)
        #expect(try await post(body, headers: [.contentEncoding: "gzip"]).status == 415)
        let json = try await post(body, headers: [.contentType: "application/json; charset=utf-8"])
        #expect(json.status == 200)
    }

    @Test func `a body over the limit is 413 and ends the connection`() async throws {
        let answer = try await post(body + String(repeating: " ", count: 4096))
        #expect(answer.status == 413)
        #expect(answer.headers[.connection] == "close")
    }

    @Test func `an event of the wrong mode is stored on hold`() async throws {
        let store = StubRecording()
        let endpoint = Endpoint(
            name: "live",
            path: "/webhooks/stripe",
            secrets: [secret],
            mode: .live
        )
        let answer = try await post(body, store: store, endpoint: endpoint)
        #expect(answer.status == 200)
        let hold = store.deliveries.withLock { $0.first?.hold }
        #expect(hold == #"it is a test event, endpoint "live" is for mode live"#)
    }

    @Test func `an event of another account is stored on hold`() async throws {
        let store = StubRecording()
        let endpoint = Endpoint(
            name: "connect",
            path: "/webhooks/stripe",
            secrets: [secret],
            account: "acct_1"
        )
        _ = try await post(body, store: store, endpoint: endpoint)
        #expect(store.deliveries.withLock { $0.first?.hold } != nil)
    }

    @Test func `a thin event at a snapshot endpoint is refused by name`() async throws {
        let thin =
            #"{"id":"evt_2","object":"v2.core.event","type":"v1","created":"2026-01-01T00:00:00Z"}"#
        let snapshot = Endpoint(
            name: "main",
            path: "/webhooks/stripe",
            secrets: [secret],
            payload: .snapshot
        )
        let refused = try await post(thin, endpoint: snapshot)
        #expect(refused.status == 400)
        #expect(refused.text.contains(#""reason":"thin_payload""#))
        #expect(try await post(thin).status == 200)
    }

    @Test func `a rolled secret is taken beside the new one`() async throws {
        let endpoint = Endpoint(
            name: "main",
            path: "/webhooks/stripe",
            secrets: [Secret("whsec_new"), secret]
        )
        let store = StubRecording()
        #expect(try await post(body, store: store, endpoint: endpoint).status == 200)
        #expect(store.deliveries.withLock { $0.first?.secretSlot } == 2)
    }

    @Test(arguments: [
        (StoreFailure.full("x"), 503), (.busy("x"), 503), (.broken("x"), 503), (.refused("x"), 500),
    ])
    func `what is not on disk is never acknowledged`(
        failure: StoreFailure,
        status: Int
    ) async throws {
        let answer = try await post(body, store: StubRecording(failing: failure))
        #expect(answer.status == status)
        #expect((answer.headers[.retryAfter] != nil) == (status == 503))
    }

    @Test func `replacing the endpoints changes which secret is right`() async throws {
        let store = StubRecording()
        let door = Door(
            endpoints: [Endpoint(name: "a", path: "/w", secrets: [Secret("whsec_old")])],
            store: store,
            clock: { [now] in now },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        door.replace(endpoints: [Endpoint(name: "a", path: "/w", secrets: [secret])])
        try await Application(responder: door).test(.router) { [body, secret, now] client in
            let header = StripeSignature.header(for: body, secret: secret, at: now)
            try await client.execute(
                uri: "/w",
                method: .post,
                headers: [.init("Stripe-Signature")!: header],
                body: ByteBuffer(string: body)
            ) { #expect($0.status == .ok) }
        }
    }

    @Test func `a client that is refused too often gets 429, its well-signed deliveries 200`()
        async throws
    {
        let store = StubRecording()
        var bounds = Door.Bounds()
        bounds.refusedPerMinute = 2
        let door = Door(
            endpoints: [Endpoint(name: "a", path: "/w", secrets: [secret])],
            store: store,
            bounds: bounds,
            clock: { [now] in now },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let right = StripeSignature.header(for: body, secret: secret, at: now)
        let wrong = StripeSignature.header(for: body, secret: Secret("whsec_x"), at: now)
        let stale = StripeSignature.header(for: body, secret: secret, at: now + .seconds(-400))
        try await Application(responder: door).test(.router) { [body] client in
            for (signature, status) in [
                (wrong, 400), (right, 200), (wrong, 400), (wrong, 429), (stale, 429), ("", 429),
                (right, 200),
            ] {
                try await client.execute(
                    uri: "/w",
                    method: .post,
                    headers: [.init("Stripe-Signature")!: signature],
                    body: ByteBuffer(string: body)
                ) { response in
                    #expect(response.status.code == status, "\(signature)")
                    let isLimited = status == 429
                    #expect(response.headers[.retryAfter] == (isLimited ? "30" : nil))
                    #expect((response.headers[.connection] == "close") == isLimited)
                }
            }
            let elsewhere = try await client.execute(uri: "/else", method: .get)
            #expect(elsewhere.status.code == 429)
        }
    }
}
