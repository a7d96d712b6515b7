import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `A run in doubt` {
    private static let doubtful = """
        on: order.paid
        steps:
          - { id: tell, uses: call, when-unsure: stop }
          - { id: count, uses: tally, with: { order: "${{ metadata ->> 'order' }}" } }
        on-failure:
          - { id: note, uses: tally, with: { order: alarmed } }
        """
    private static let lost = FakePeer.Behaviour.end(.unsure("the answer was lost"))

    /// A shop whose one run is unsure.
    private func shop(_ text: String = doubtful) throws -> Shop {
        let shop = try Shop(workflows: ["paid": text])
        shop.peer.script("tell", [Self.lost, .end(.done(Fields([("id", .integer(7))])))])
        return shop
    }

    /// Walks until the run is unsure, resolves it and walks on.
    private func resolved(
        _ open: OpenShop,
        as verdict: UnsureVerdict
    ) async throws -> RunDetail {
        try await open.deliver("evt_1")
        try await open.walkOn()
        #expect(try open.statuses() == [.unsure])
        _ = try await open.wishes.resolve(
            RunID(1),
            as: verdict,
            because: "seen in the peer's list",
            by: "cli:ann"
        )
        try await open.walkOn()
        return try #require(try open.runs().first)
    }

    @Test func `goes on with the next step when a person says it happened`() async throws {
        let shop = try shop()
        try await shop.open { open in
            let run = try await resolved(open, as: .done)

            #expect(run.row.status == .succeeded)
            #expect(run.steps.map(\.status) == [.done, .done])
            #expect(run.steps.first?.outputs == "{}")
            #expect(
                run.steps.first?.reason == "resolved by cli:ann: seen in the peer's list"
            )
            #expect(shop.peer.calls.count == 1)
            #expect(try open.value("SELECT total FROM tally WHERE id = '1'") == .integer(1))
            let audit = try open.memory.reader.auditRows(AuditFilter(action: "run.resolved"))
            #expect(audit.map(\.entry.actor) == ["cli:ann"])
            #expect(audit.first?.entry.detail.contains("seen in the peer's list") == true)
            #expect(audit.first?.entry.detail.contains(#""as":"done""#) == true)
        }
    }

    @Test func `is given up when a person says it did not happen, and alarmed once`() async throws {
        let shop = try shop()
        try await shop.open { open in
            let run = try await resolved(open, as: .failed)

            #expect(run.row.status == .dead)
            #expect(run.row.reason?.contains("cli:ann gave it up") == true)
            #expect(shop.peer.calls.count == 1)
            let total = try open.value("SELECT total FROM tally WHERE id = 'alarmed'")
            #expect(total == .integer(1))
            #expect(try open.value("SELECT count(*) FROM tally WHERE id = '1'") == .integer(0))
        }
    }

    @Test func `goes on without the step where its on-error says so`() async throws {
        let text = Self.doubtful.replacing(
            "when-unsure: stop",
            with: "when-unsure: stop, on-error: continue"
        )
        let shop = try shop(text)
        try await shop.open { open in
            let run = try await resolved(open, as: .failed)

            #expect(run.row.status == .succeeded)
            #expect(run.steps.map(\.status) == [.failed, .done])
        }
    }

    @Test func `is acted again under the same key when a person asks for that`() async throws {
        let shop = try shop()
        try await shop.open { open in
            let run = try await resolved(open, as: .retry)

            #expect(run.row.status == .succeeded)
            #expect(shop.peer.calls.map(\.key) == ["evt_1/paid/tell", "evt_1/paid/tell"])
            #expect(run.steps.first?.outputs == #"{"id":7}"#)
        }
    }

    @Test func `is the only one that can be resolved, and the others are told what to do`()
        async throws
    {
        let shop = try shop()
        try await shop.open { open in
            _ = try await resolved(open, as: .failed)
            for (run, advice) in [(1, "till runs retry 1"), (99, "till runs ls")] {
                let refusal = await #expect(throws: StoreFailure.self) {
                    _ = try await open.wishes.resolve(
                        RunID(Int64(run)),
                        as: .done,
                        because: "so",
                        by: "cli:ann"
                    )
                }
                #expect(refusal?.reason.contains(advice) == true, "\(refusal.debugDescription)")
            }
            #expect(try open.statuses() == [.dead])
        }
    }

    @Test func `can be cancelled, as can one that waits or is dead, and is never walked again`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": Self.doubtful, "late": "on: order.late\nsteps: [{ id: ring, uses: call }]",
        ])
        let busy = FakePeer.Behaviour.end(.failed(StepFailure("busy", fault: .outside)))
        let final = FakePeer.Behaviour.end(
            .failed(StepFailure("no", fault: .outside, isFinal: true))
        )
        shop.peer.script("tell", [Self.lost, final])
        shop.peer.script("ring", [busy])
        try await shop.open { open in
            try await open.deliver("evt_1", order: "1")
            try await open.walk()
            try await open.deliver("evt_2", order: "2")
            try await open.deliver("evt_3", type: "order.late", order: "3")
            try await open.walk()
            #expect(try open.statuses() == [.unsure, .dead, .waiting])

            for run in try open.runs() {
                try await open.wishes.cancel(run.row.id, because: "by hand", by: "cli:ann")
            }
            try await open.walkOn()

            let runs = try open.runs()
            #expect(runs.map(\.row.status) == [.skipped, .skipped, .skipped])
            #expect(runs.allSatisfy { $0.row.reason == "cancelled by cli:ann: by hand" })
            #expect(shop.peer.calls.count == 3)
            for event in ["evt_1", "evt_2", "evt_3"] {
                #expect(try open.memory.reader.event(EventID(event))?.row.status == .done)
            }
            let refusal = await #expect(throws: StoreFailure.self) {
                try await open.wishes.cancel(RunID(1), because: "again", by: "cli:ann")
            }
            #expect(refusal?.reason.contains("run 1 is skipped") == true)
        }
    }
}
