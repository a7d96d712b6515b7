import Daemon
import Foundation
import Glibc
import Model
import SQLiteStore
import Store
import Testing

/// A workflow whose step is refused for good: the order's amount does not agree.
private let refusing = """
    name: order-paid
    on: payment_intent.succeeded
    steps:
      - id: mark-paid
        uses: update-order
        retry: { attempts: 1 }
        with:
          order: ${{ metadata ->> 'order_id' }}
          status: paid
          amount: AMOUNT
          currency: usd
          if-missing: create

    """

@Suite struct `The control socket` {
    @Test func `only its owner can speak to it, and a stale one is replaced`() async throws {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try fixture.write("var/till.sock", "stale")
        try await fixture.serving { till in
            let version = try await till.control("GET", "/version")

            #expect(version.status == 200)
            #expect(version.json["version"] as? String == TillVersion.text)
            let path = ControlSocket.path(in: fixture.state)
            let about = try FileManager.default.attributesOfItem(atPath: path)
            #expect((about[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let folder = try FileManager.default.attributesOfItem(atPath: fixture.state)
            #expect(folder[.type] as? FileAttributeType == .typeDirectory)
        }
    }

    @Test func `status counts what there is`() async throws {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            _ = try await till.post(Events.paid("evt_1"))
            try await till.event("evt_1", isAt: .done)

            let status = try await till.control("GET", "/status").json

            #expect(status["ready"] as? Bool == true)
            #expect(status["pid"] as? Int == Int(getpid()))
            #expect(status["runs"] as? [String: Int] == ["succeeded": 1])
            #expect(status["events"] as? [String: Int] == ["done": 1])
            #expect((status["databaseBytes"] as? Int ?? 0) > 0)
            let port = till.till.addresses.listenPort ?? 0
            #expect(status["listen"] as? String == "127.0.0.1:\(port)")
        }
    }

    @Test func `a dead run is retried with the version that is asked for`() async throws {
        let fixture = try DaemonFixture(
            workflows: ["order-paid": refusing.replacing("AMOUNT", with: "1")])
        try await fixture.serving { till in
            _ = try await till.post(Events.paid("evt_1"))
            try await till.event("evt_1", isAt: .done)
            try fixture.write(
                "workflows/order-paid.yaml",
                refusing.replacing("AMOUNT", with: "2")
            )
            _ = try await till.control("POST", "/reload")
            _ = try await till.post(Events.paid("evt_2"))
            try await till.event("evt_2", isAt: .failed)
            let dead = try #require(try till.reader().runs(RunFilter(statuses: [.dead])).first)

            let original = try await till.control(
                "POST",
                "/runs/\(dead.id)/retry",
                #"{"version":"original","actor":"cli:bob"}"#
            )
            try await eventually("the run is dead again") {
                try till.reader().auditRows(AuditFilter(action: "run.*", run: dead.id)).count >= 1
                    && till.reader().run(dead.id)?.row.status == .dead
            }
            try fixture.write(
                "workflows/order-paid.yaml",
                refusing.replacing("AMOUNT", with: "1")
            )
            _ = try await till.control("POST", "/reload")
            let current = try await till.control(
                "POST",
                "/dead/retry",
                #"{"version":"current","workflow":"order-paid"}"#
            )

            #expect(original.status == 200, "\(original.json)")
            #expect(current.json["retried"] as? [Int] == [Int(dead.id.number)])
            try await till.event("evt_2", isAt: .done)
            let actors = try till.reader().auditRows(AuditFilter(run: dead.id)).map(\.entry.actor)
            #expect(actors.contains("cli:bob"))
        }
    }

    @Test(
        arguments: [
            ("/runs/99/retry", "{}", "no run 99"), ("/runs/x/retry", "{}", "is a number"),
            ("/runs/1/retry", #"{"version":"newest"}"#, "not understood"),
            ("/runs/1/retry", "{", "not understood"),
        ])
    func `a wish that can't be granted is refused with a reason`(
        path: String,
        body: String,
        reason: String
    ) async throws {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            let answer = try await till.control("POST", path, body)

            #expect(answer.status == 409)
            #expect((answer.json["error"] as? String)?.contains(reason) == true, "\(answer.json)")
        }
    }

    @Test func `an actor is cut down to what the record takes`() {
        #expect(ControlWish.sound("cli:alice") == "cli:alice")
        #expect(ControlWish.sound("a\nb\u{202E}c") == "abc")
        #expect(ControlWish.sound(String(repeating: "x", count: 90)).count == 64)
        #expect(ControlWish.sound(nil) == "cli")
    }
}
