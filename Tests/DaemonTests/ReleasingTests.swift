import Daemon
import Foundation
import Model
import SQLiteStore
import Store
import Testing

@Suite struct `Releasing held events through the control socket` {
    private static let live = """
        endpoints:
          - secrets: ["${env:STRIPE_WEBHOOK_SECRET}"]
            mode: live

        """

    @Test func `one that the engine is past is taken up, once, and its effects happen once`()
        async throws
    {
        let fixture = try DaemonFixture(settings: Self.live, workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            _ = try await till.post(Events.paid("evt_test", order: "1"))
            _ = try await till.post(Events.paid("evt_live", order: "2", livemode: true))
            try await till.event("evt_live", isAt: .done)
            #expect(try till.reader().event(EventID("evt_test"))?.row.status == .held)
            let wish = #"{"events":["evt_test"],"reason":"a slip","actor":"cli:ann"}"#

            let first = try await till.control("POST", "/events/release", wish)
            try await till.event("evt_test", isAt: .done)
            let second = try await till.control("POST", "/events/release", wish)

            #expect(first.status == 200)
            #expect(first.json["released"] as? [String] == ["evt_test"])
            #expect(first.json["refused"] as? [String] == [])
            #expect(second.json["released"] as? [String] == [])
            let refused = try #require((second.json["refused"] as? [String])?.first)
            #expect(refused.contains("evt_test is done; only a held one"), "\(refused)")
            #expect(try till.value("SELECT count(*) FROM orders WHERE id = '1'") == .integer(1))
            #expect(try till.mails().count == 2)
            let rows = try till.reader().auditRows(AuditFilter(action: "event.released"))
            #expect(rows.map(\.entry.actor) == ["cli:ann"])
            #expect(rows.first?.entry.detail.contains("is for mode live") == true)
        }
    }

    @Test func `all are released in the order they came, and none is chosen twice`() async throws {
        let fixture = try DaemonFixture(settings: Self.live, workflows: ["order-paid": orderPaid])
        let log = LogBook()
        try await fixture.serving(log: log) { till in
            let ids = (1...30).map { "evt_\($0)" }
            for (number, id) in ids.enumerated() {
                _ = try await till.post(Events.paid(id, order: "\(number)"))
            }

            let answer = try await till.control("POST", "/events/release", #"{"reason":"a slip"}"#)
            for id in ids { try await till.event(id, isAt: .done) }
            let again = try await till.control("POST", "/events/release", #"{"reason":"a slip"}"#)

            #expect(answer.json["released"] as? [String] == ids)
            #expect(again.json["released"] as? [String] == [])
            #expect(again.json["refused"] as? [String] == [])
            #expect(try till.value("SELECT count(*) FROM orders") == .integer(30))
            #expect(!log.text.contains("a settlement was refused"))
        }
    }

    @Test(
        arguments: [
            (#"{"events":["evt_no"],"reason":"so"}"#, 200, "there is no event evt_no"),
            (#"{"events":["evt_no"]}"#, 409, "a reason is needed"),
            (#"{"reason":" "}"#, 409, "a reason is needed"), ("{", 409, "not understood"),
        ])
    func `a release that can't be granted is refused with a reason`(
        body: String,
        status: Int,
        reason: String
    ) async throws {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            let answer = try await till.control("POST", "/events/release", body)

            #expect(answer.status == status)
            #expect("\(answer.json)".contains(reason), "\(answer.json)")
        }
    }
}
