import Daemon
import Foundation
import Model
import Outbound
import SQLiteStore
import Store
import Testing

@Suite struct `Reloading` {
    @Test func `a good reload puts the next generation in force and says so everywhere`()
        async throws
    {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            let before = try await till.control("GET", "/status").json
            try fixture.write(
                "workflows/second.yaml",
                orderPaid.replacing("order-paid", with: "second")
            )

            let answer = try await till.control("POST", "/reload", #"{"actor":"cli:alice"}"#)

            #expect(answer.status == 200)
            #expect(answer.json["applied"] as? Bool == true)
            #expect(answer.json["generation"] as? Int == 2)
            #expect(answer.json["workflows"] as? Int == 2)
            let old = (before["lastReload"] as? [String: Any])?["hash"] as? String
            #expect(answer.json["hash"] as? String != old)
            let rows = try till.reader().auditRows(AuditFilter(action: "reload.applied"))
            #expect(rows.map(\.entry.actor) == ["cli:alice"])
            let metrics = try await till.admin("/metrics").text
            #expect(metrics.contains("till_config_generation 2"))
        }
    }

    @Test func `a broken reload changes nothing and tells every mistake`() async throws {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            try fixture.write(
                "workflows/order-paid.yaml",
                orderPaid.replacing("update-order", with: "update-ordr")
                    .replacing("when:", with: "whem:")
            )
            try fixture.write("workflows/other.yaml", "name: other\n")

            let answer = try await till.control("POST", "/reload")

            #expect(answer.status == 422)
            #expect(answer.json["applied"] as? Bool == false)
            #expect(answer.json["generation"] as? Int == 1)
            let mistakes = answer.json["mistakes"] as? [String] ?? []
            #expect(mistakes.contains { $0.contains("order-paid.yaml:3:1") && $0.contains("whem") })
            #expect(mistakes.contains { $0.contains("update-ordr") })
            #expect(mistakes.contains { $0.contains("other.yaml") })
            #expect(
                try await till.admin("/metrics").text.contains(
                    "till_config_last_reload_successful 0"
                )
            )
            _ = try await till.post(Events.paid("evt_1"))
            try await till.event("evt_1", isAt: .done)
            #expect(try till.reader().auditRows(AuditFilter(action: "reload.refused")).count == 1)
        }
    }

    @Test func `settings that cannot be read and rules are told together`() async throws {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            try fixture.write("etc/till.yaml", "tolerance: soon\n")
            try fixture.write("workflows/other.yaml", "name: other\n")

            let answer = try await till.control("POST", "/reload")

            #expect(answer.status == 422)
            let mistakes = answer.json["mistakes"] as? [String] ?? []
            #expect(mistakes.filter { $0.contains("till.yaml:1:12") }.count == 1)
            #expect(mistakes.contains { $0.contains("other.yaml") })
        }
    }

    @Test func `a new plugin folder and its workflow work without recompiling`() async throws {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            try fixture.write(
                "plugins/note-sale/plugin.yaml",
                """
                name: note-sale
                kind: sql
                summary: Notes a sale.
                inputs:
                  amount:
                    type: integer
                    required: true
                    unit: minor unit
                    description: How much was paid.
                """
            )
            try fixture.write(
                "plugins/note-sale/schema/v001_sales.sql",
                """
                CREATE TABLE sales (event TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT;
                """
            )
            try fixture.write(
                "plugins/note-sale/effect.sql",
                "INSERT INTO sales (event, amount) VALUES (:event_id, :amount);\n"
            )
            try fixture.write(
                "workflows/sales.yaml",
                """
                name: sales
                on: payment_intent.*
                steps:
                  - id: note
                    uses: note-sale
                    with:
                      amount: ${{ object ->> 'amount_received' }}
                """
            )

            let answer = try await till.control("POST", "/reload")
            _ = try await till.post(Events.paid("evt_1", amount: 4200))

            #expect(answer.status == 200, "\(answer.json)")
            try await till.event("evt_1", isAt: .done)
            #expect(try till.value("SELECT amount FROM sales") == .integer(4200))
            #expect(try till.value("SELECT status FROM orders") == .text("paid"))
        }
    }

    @Test func `settings that need a restart are named and the others are in force`() async throws {
        let fixture = try DaemonFixture(workflows: ["order-paid": orderPaid])
        try await fixture.serving { till in
            try fixture.write(
                "etc/till.yaml",
                "listen: 127.0.0.1:9\nadmin-listen: 127.0.0.1:0\nshop: { name: New Name }\n"
            )

            let answer = try await till.control("POST", "/reload")

            #expect(answer.json["needsRestart"] as? [String] == ["listen"])
            #expect(answer.json["changed"] as? [String] == ["shop.name"])
            _ = try await till.post(Events.paid("evt_1"))
            try await till.event("evt_1", isAt: .done)
            #expect(try till.mails().contains { $0.contains("New Name") })
        }
    }

    @Test func `rolling the signing secret refuses no good delivery`() async throws {
        let fixture = try DaemonFixture(
            settings: """
                endpoints:
                  - secrets: ["${file:secret-a}"]

                """,
            workflows: ["order-paid": orderPaid]
        )
        let settings: @Sendable (String) -> String = { secrets in
            "listen: 127.0.0.1:0\nadmin-listen: 127.0.0.1:0\n"
                + "endpoints:\n  - secrets: [\(secrets)]\n"
        }
        for (name, text) in [("a", "whsec_a"), ("b", "whsec_b")] {
            try fixture.write("etc/secret-\(name)", text)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600],
                ofItemAtPath: fixture.folder.appending(path: "etc/secret-\(name)").path
            )
        }
        try await fixture.serving { till in
            var refused = 0
            for round in 0..<20 {
                let files = [#""${file:secret-a}""#, #""${file:secret-b}""#]
                try fixture.write("etc/till.yaml", settings(files.joined(separator: ", ")))
                async let reload = till.control("POST", "/reload")
                for number in 0..<5 {
                    let status = try await till.post(
                        Events.paid("evt_\(round)_\(number)"),
                        secret: "whsec_a"
                    ).status
                    if status != 200 { refused += 1 }
                }
                #expect(try await reload.status == 200)
                let rolled = try await till.post(Events.paid("evt_b\(round)"), secret: "whsec_b")
                if rolled.status != 200 { refused += 1 }
            }
            #expect(refused == 0)

            try fixture.write("etc/till.yaml", settings(#""${file:secret-b}""#))
            _ = try await till.control("POST", "/reload")
            let old = try await till.post(Events.paid("evt_late"), secret: "whsec_a")
            #expect(old.status == 400)
        }
    }
}
