import Daemon
import Foundation
import Model
import Outbound
import SQLiteStore
import Store
import Testing

/// A workflow over two shipped plugins.
let orderPaid = """
    name: order-paid
    on: payment_intent.succeeded
    when: metadata ->> 'order_id' IS NOT NULL
    steps:
      - id: mark-paid
        uses: update-order
        with:
          order: ${{ metadata ->> 'order_id' }}
          status: paid
          amount: ${{ object ->> 'amount_received' }}
          currency: ${{ object ->> 'currency' }}
          email: ${{ object ->> 'receipt_email' }}
          if-missing: create
      - id: receipt
        uses: send-email
        if: steps -> 'mark-paid' ->> 'changed' = 1
        with:
          to: ${{ object ->> 'receipt_email' }}
          template: order-confirmation
          order: ${{ metadata ->> 'order_id' }}
          amount: ${{ object ->> 'amount_received' }}
          currency: ${{ object ->> 'currency' }}

    """

@Suite struct `A webhook walks through the whole daemon` {
    private func fixture(_ settings: String = "") throws -> DaemonFixture {
        try DaemonFixture(settings: settings, workflows: ["order-paid": orderPaid])
    }

    @Test func `a signed event is answered, stored, and becomes a paid order and a mail`()
        async throws
    {
        try await fixture().serving { till in
            let answer = try await till.post(Events.paid("evt_1"))

            #expect(answer == (200, #"{"received":true}"#))
            try await till.event("evt_1", isAt: .done)
            #expect(try till.value("SELECT status FROM orders WHERE id = '1001'") == .text("paid"))
            #expect(try till.value("SELECT amount FROM orders WHERE id = '1001'") == .integer(1999))
            let mails = try till.mails()
            #expect(mails.count == 1)
            #expect(mails.first?.contains("To: buyer@example.com") == true)
            let audit = try till.reader().auditRows(AuditFilter()).map(\.entry.action)
            #expect(audit.contains("daemon.started"))
        }
    }

    @Test func `a second delivery is told as duplicate and does nothing`() async throws {
        try await fixture().serving { till in
            let body = Events.paid("evt_1")
            _ = try await till.post(body)
            try await till.event("evt_1", isAt: .done)

            let answer = try await till.post(body)

            #expect(answer == (200, #"{"received":true,"duplicate":true}"#))
            #expect(try till.mails().count == 1)
            #expect(try till.value("SELECT count(*) FROM orders") == .integer(1))
            #expect(try till.reader().event(EventID("evt_1"))?.row.deliveries == 2)
        }
    }

    @Test func `a forged or old delivery is refused and leaves nothing`() async throws {
        try await fixture().serving { till in
            let forged = try await till.post(Events.paid("evt_forged"), secret: "whsec_other")
            let old = try await till.post(
                Events.paid("evt_old"),
                at: wallClock().seconds - 301
            )

            #expect(forged.status == 400)
            #expect(forged.body.contains(#""reason":"signature_mismatch""#))
            #expect(old.status == 400)
            #expect(old.body.contains(#""reason":"signature_too_old""#))
            #expect(try till.reader().eventCounts().isEmpty)
        }
    }

    @Test func `an event of the wrong mode is stored and held`() async throws {
        let endpoints = """
            endpoints:
              - secrets: ["${env:STRIPE_WEBHOOK_SECRET}"]
                mode: live

            """
        try await fixture(endpoints).serving { till in
            let answer = try await till.post(Events.paid("evt_test", livemode: false))

            #expect(answer.status == 200)
            try await till.event("evt_test", isAt: .held)
            #expect(try till.value("SELECT count(*) FROM orders") == .integer(0))
        }
    }

    @Test func `an event that no workflow takes is stored as unmatched`() async throws {
        try await fixture().serving { till in
            for number in 1...20 {
                let body = Events.paid("evt_\(number)")
                    .replacing("payment_intent.succeeded", with: "a.b")

                let answer = try await till.post(body)

                #expect(answer.status == 200)
                // With the answer, not later: nothing is to be done about it.
                let event = try till.reader().event(EventID("evt_\(number)"))
                #expect(event?.row.status == .unmatched)
            }
        }
    }

    @Test func `a thin event is refused where snapshots are expected, taken where allowed`()
        async throws
    {
        let endpoints = """
            endpoints:
              - secrets: ["${env:STRIPE_WEBHOOK_SECRET}"]
              - name: thin
                path: /webhooks/thin
                secrets: ["${env:STRIPE_WEBHOOK_SECRET}"]
                payload: thin

            """
        try await fixture(endpoints).serving { till in
            let refused = try await till.post(Events.thin("evt_thin"))
            let taken = try await till.post(Events.thin("evt_thin"), path: "/webhooks/thin")

            #expect(refused.status == 400)
            #expect(refused.body.contains("thin_payload"))
            #expect(taken.status == 200)
            try await till.event("evt_thin", isAt: .unmatched)
        }
    }

    @Test func `health, readiness and metrics tell the truth`() async throws {
        try await fixture().serving { till in
            _ = try await till.post(Events.paid("evt_1"))
            try await till.event("evt_1", isAt: .done)

            let healthy = try await till.admin("/-/healthy")
            let ready = try await till.admin("/-/ready")
            let metrics = try await till.admin("/metrics")
            let other = try await till.admin("/orders")

            #expect(healthy.status == 200)
            #expect(ready.status == 200)
            #expect(other.status == 404)
            #expect(metrics.text.contains("till_build_info{version=\"\(TillVersion.text)\"} 1"))
            #expect(metrics.text.contains("till_config_last_reload_successful 1"))
            #expect(metrics.text.contains("till_runs_pending 0"))
            for page in [healthy, other] {
                #expect(page.header("x-content-type-options") == "nosniff")
                #expect(page.header("content-security-policy")?.contains("'none'") == true)
            }
        }
    }

    @Test func `no secret reaches the log`() async throws {
        let log = LogBook()
        var fixture = try fixture()
        fixture.environment["STRIPE_WEBHOOK_SECRET"] = "whsec_canary"

        try await fixture.serving(log: log) { till in
            _ = try await till.post(Events.paid("evt_1"), secret: "whsec_canary")
            _ = try await till.post(Events.paid("evt_2"), secret: "whsec_wrong")
            _ = try await till.control("POST", "/reload")
        }

        #expect(log.text.contains("reload applied"))
        #expect(!log.text.contains("canary"))
    }
}
