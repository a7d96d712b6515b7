import Crypto
import Daemon
import Foundation
import Model
import Outbound
import SQLiteStore
import Store
import Testing

/// A daemon that serves, with hands for a test: post, speak to its socket, look at its rows.
struct RunningTill: Sendable {
    /// The daemon.
    let till: Till
    /// Where it lives.
    let fixture: DaemonFixture
    private let client = OutboundClient()

    /// Wraps a daemon that serves.
    init(till: Till, fixture: DaemonFixture) {
        self.till = till
        self.fixture = fixture
    }

    /// Posts a body, signed as Stripe signs; this code is written apart from the one under test.
    func post(
        _ body: String,
        secret: String = "whsec_first",
        path: String = "/webhooks/stripe",
        at time: Int64 = wallClock().seconds
    ) async throws -> (status: Int, body: String) {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(time).\(body)".utf8),
            using: SymmetricKey(data: Data(secret.utf8))
        )
        let hex = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let response = try await request(
            "POST",
            "http://127.0.0.1:\(till.addresses.listenPort ?? 0)\(path)",
            body: body,
            headers: [("Stripe-Signature", "t=\(time),v1=\(hex)")]
        )
        return (response.status, response.text)
    }

    /// Gets a page of the admin listener.
    func admin(_ path: String) async throws -> HTTPResponse {
        try await request("GET", "http://127.0.0.1:\(till.addresses.adminPort ?? 0)\(path)")
    }

    /// Speaks to the control socket.
    func control(
        _ method: String,
        _ path: String,
        _ body: String? = nil
    ) async throws -> (status: Int, json: [String: Any]) {
        let response = try await client.send(
            HTTPRequest(
                method: method,
                url: try WebAddress("http://till\(path)"),
                body: body.map { Array($0.utf8) },
                unixSocket: ControlSocket.path(in: fixture.state)
            )
        )
        let json = try JSONSerialization.jsonObject(with: Data(response.body))
        return (response.status, json as? [String: Any] ?? [:])
    }

    private func request(
        _ method: String,
        _ url: String,
        body: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> HTTPResponse {
        try await client.send(
            HTTPRequest(
                method: method,
                url: try WebAddress(url),
                headers: headers + (body == nil ? [] : [("Content-Type", "application/json")]),
                body: body.map { Array($0.utf8) },
                addresses: AddressPolicy(allowed: ["127.0.0.1"])
            )
        )
    }

    /// What the database holds, read the way the command line reads it.
    func reader() throws -> SQLiteReader { try SQLiteReader.open(directory: fixture.state) }

    /// One value out of the committed business tables.
    func value(_ sql: String) throws -> Value {
        let place = SourcePlace(file: "test", line: 1, column: 1)
        let scope = ExpressionScope(
            event: "{}",
            object: nil,
            previous: nil,
            metadata: "{}",
            id: "",
            type: "",
            created: 0,
            livemode: false,
            account: nil,
            endpoint: ""
        )
        let values = try till.expressions.values(
            of: [Expression("(\(sql))", at: place)],
            in: scope
        )
        return try #require(values.first)
    }

    /// Waits until an event stands at a status; the walk goes on beside the answer.
    func event(_ id: String, isAt status: EventStatus) async throws {
        let reader = try reader()
        try await eventually("event \(id) is \(status)") {
            try reader.event(EventID(id))?.row.status == status
        }
    }

    /// The mails in the outbox.
    func mails() throws -> [String] {
        let outbox = fixture.folder.appending(path: "var/outbox")
        guard FileManager.default.fileExists(atPath: outbox.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(
            at: outbox,
            includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "eml" }
        .map { try String(contentsOf: $0, encoding: .utf8) }
    }
}

/// Looks again until something holds, at most a minute: all suites run at once on few cores, and
/// only a test that fails waits that long.
func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
        if try await holds() { return }
        // Why: what is waited for happens in other threads and files that give no signal.
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("after a minute it still does not hold: \(what)")
}

/// Events as Stripe would send them, as small as they may be.
enum Events {
    /// A payment of an order.
    static func paid(
        _ id: String,
        order: String = "1001",
        livemode: Bool = false,
        amount: Int = 1999
    ) -> String {
        """
        {"id":"\(id)","object":"event","type":"payment_intent.succeeded",\
        "api_version":"2025-08-27","created":\(wallClock().seconds),"livemode":\(livemode),\
        "data":{"object":{"id":"pi_\(order)",\
        "object":"payment_intent","amount":\(amount),"amount_received":\(amount),"currency":"usd",\
        "receipt_email":"buyer@example.com","metadata":{"order_id":"\(order)"}}}}
        """
    }

    /// A thin event.
    static func thin(_ id: String) -> String {
        """
        {"id":"\(id)","object":"v2.core.event","type":"v2.core.account.updated",\
        "created":"2026-01-01T00:00:00.000Z","livemode":false,\
        "related_object":{"id":"acct_1","type":"v2.core.account","url":"/v2/core/accounts/acct_1"}}
        """
    }
}
