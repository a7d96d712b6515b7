import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `A person's retry` {
    private static let failing = """
        on: order.paid
        steps:
          - { id: count, uses: tally, with: { order: "${{ metadata ->> 'order' }}" } }
          - { id: ring, uses: call }
          - { id: tell, uses: call, retry: { attempts: 1 } }
          - { id: close, uses: tally, with: { order: first } }
        """
    private static let alarming =
        failing + """

            on-failure:
              - { id: alarm, uses: call, retry: { attempts: 1 } }
              - { id: note, uses: tally, with: { order: alarmed } }
            """
    private static let busy = FakePeer.Behaviour.end(
        .failed(StepFailure("busy", fault: .outside))
    )
    private static let done = FakePeer.Behaviour.end(.done(Fields()))

    /// Every way to retry.
    private struct Way: Sendable, CustomStringConvertible {
        let isCurrent: Bool
        let fromStart: Bool
        let hasFailureSteps: Bool

        var description: String {
            (isCurrent ? "current" : "original") + (fromStart ? " from start" : " from step")
                + (hasFailureSteps ? ", with on-failure" : "")
        }

        static let all = [false, true].flatMap { isCurrent in
            [false, true].flatMap { fromStart in
                [false, true].map {
                    Way(isCurrent: isCurrent, fromStart: fromStart, hasFailureSteps: $0)
                }
            }
        }
    }

    @Test(arguments: Way.all)
    private func `every way doubles no effect, keeps the steps' keys and alarms once a giving up`(
        way: Way
    ) async throws {
        let text = way.hasFailureSteps ? Self.alarming : Self.failing
        let shop = try Shop(workflows: ["paid": text])
        shop.peer.script("tell", [Self.busy, Self.busy, Self.done])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walkOn()
            #expect(try open.statuses() == [.dead])
            try shop.write(
                "workflows/paid.yaml",
                text.replacing("order: first", with: "order: second")
            )
            try await open.reload()
            for end in [RunStatus.dead, .succeeded] {
                try await open.wishes.retry(
                    RunID(1),
                    isCurrent: way.isCurrent,
                    fromStart: way.fromStart,
                    by: "cli:ann"
                )
                try await open.walkOn()
                #expect(try open.statuses() == [end])
            }

            let calls = Dictionary(grouping: shop.peer.calls, by: \.step).mapValues {
                $0.map(\.key)
            }
            #expect(calls["tell"] == Array(repeating: "evt_1/paid/tell", count: 3))
            let rings = way.fromStart ? 3 : 1
            #expect(calls["ring"] == Array(repeating: "evt_1/paid/ring", count: rings))
            let alarms = ["evt_1/paid/alarm", "evt_1/paid/alarm+1"]
            #expect(calls["alarm"] ?? [] == (way.hasFailureSteps ? alarms : []))
            let effects = try open.value(
                "SELECT group_concat(id || total) FROM (SELECT * FROM tally ORDER BY id)"
            )
            let last = way.isCurrent ? "second1" : "first1"
            #expect(effects == .text(way.hasFailureSteps ? "11,alarmed2,\(last)" : "11,\(last)"))
            #expect(try open.memory.reader.event(EventID("evt_1"))?.row.status == .done)
            let wishes = try open.memory.reader.auditRows(AuditFilter(action: "run.retried"))
            #expect(wishes.map(\.entry.actor) == ["cli:ann", "cli:ann"])
        }
    }

    @Test func `a later retry goes on at the step that failed last, not at the furthest one`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": Self.alarming.replacing(
                "id: ring, uses: call",
                with: "id: ring, uses: call, retry: { attempts: 1 }"
            )
        ])
        shop.peer.script("ring", [Self.done, Self.busy, Self.done])
        shop.peer.script("tell", [Self.busy, Self.done])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walkOn()
            for (fromStart, end) in [(true, RunStatus.dead), (false, .succeeded)] {
                try await open.wishes.retry(
                    RunID(1),
                    isCurrent: false,
                    fromStart: fromStart,
                    by: "cli:ann"
                )
                try await open.walkOn()
                #expect(try open.statuses() == [end])
            }
            let steps = shop.peer.calls.map(\.step)
            #expect(steps == ["ring", "tell", "alarm", "ring", "alarm", "ring", "tell"])
        }
    }

    @Test func `a version with other steps before the failed one is not entered in the middle`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Self.failing])
        shop.peer.script("tell", [Self.busy, Self.done])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walkOn()
            let inserted = "  - { id: first, uses: tally, with: { order: new } }\n  - { id: count"
            try shop.write(
                "workflows/paid.yaml",
                Self.failing.replacing("  - { id: count", with: inserted)
            )
            try await open.reload()

            let refusal = await #expect(throws: StoreFailure.self) {
                try await open.wishes.retry(
                    RunID(1),
                    isCurrent: true,
                    fromStart: false,
                    by: "cli:ann"
                )
            }
            #expect(refusal?.reason.contains("--from start") == true, "\(refusal.debugDescription)")
            #expect(try open.statuses() == [.dead])
            try await open.wishes.retry(RunID(1), isCurrent: true, fromStart: true, by: "cli:ann")
            try await open.walkOn()

            #expect(try open.statuses() == [.succeeded])
            #expect(try open.value("SELECT total FROM tally WHERE id = 'new'") == .integer(1))
            #expect(try open.value("SELECT total FROM tally WHERE id = '1'") == .integer(1))
        }
    }

    @Test func `a run keeps its business key over a retry, and later events still meet it`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": Self.failing.replacing(
                "on: order.paid",
                with: "on: order.paid\nonce-per: ${{ metadata ->> 'order' }}"
            )
        ])
        shop.peer.script("tell", [Self.busy, Self.done])

        try await shop.open { open in
            try await open.deliver("evt_1", order: "7")
            try await open.walkOn()
            try await open.wishes.retry(RunID(1), isCurrent: false, fromStart: true, by: "cli:ann")
            try await open.walkOn()
            try await open.deliver("evt_2", order: "7")
            try await open.walkOn()

            #expect(try open.statuses() == [.succeeded, .skipped])
            #expect(try open.value("SELECT total FROM tally WHERE id = '7'") == .integer(1))
        }
    }

    @Test(arguments: [
        ("when: id IS NOT NULL", RunStatus.succeeded), ("when: id IS NULL", .skipped),
        ("when: id IS NOT NULL\nonce-per: ${{ type }}", .skipped),
    ])
    func `a run whose guard could not be evaluated is judged when it is retried`(
        guardLines: String,
        end: RunStatus
    ) async throws {
        let text = "when: json(metadata ->> 'order') IS NOT NULL\n" + Shop.counting
        let shop = try Shop(workflows: ["paid": text])

        try await shop.open { open in
            try await open.deliver("evt_1", order: "{")
            try await open.walkOn()
            #expect(try open.statuses() == [.dead])

            let refusal = await #expect(throws: StoreFailure.self) {
                try await open.wishes.retry(
                    RunID(1),
                    isCurrent: false,
                    fromStart: false,
                    by: "cli:ann"
                )
            }
            #expect(refusal?.reason.contains("stays given up") == true)
            #expect(try open.statuses() == [.dead])

            try shop.write("workflows/paid.yaml", guardLines + "\n" + Shop.counting)
            try await open.reload()
            if guardLines.contains("once-per") {
                try await open.deliver("evt_0", order: "0")
                try await open.walkOn()
            }
            try await open.wishes.retry(RunID(1), isCurrent: true, fromStart: false, by: "cli:ann")
            try await open.walkOn()

            #expect(try open.statuses().first == end)
            let total = try open.value("SELECT total FROM tally WHERE id = '{'")
            #expect(total == (end == .succeeded ? .integer(1) : .null))
            #expect(try open.memory.reader.event(EventID("evt_1"))?.row.status == .done)
        }
    }
}
