import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `Swapping the playbook` {
    private static let first = """
        on: order.paid
        steps:
          - { id: tell, uses: call }
          - { id: count, uses: tally, with: { order: first } }
        """
    private static let second = first.replacing("order: first", with: "order: second")

    private let busy = FakePeer.Behaviour.end(.failed(StepFailure("busy", fault: .outside)))

    @Test func `a run finishes with the version it began with, new events take the new one`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Self.first])
        shop.peer.script("tell", [busy, .end(.done(Fields()))])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()
            try shop.write("workflows/paid.yaml", Self.second)
            let draft = try shop.draft()
            open.box.swap(try await draft.apply(to: open.memory, generation: 2, at: shop.clock.now))
            try await open.deliver("evt_2")
            try await open.walkOn()

            let runs = try open.runs()
            #expect(runs.map(\.row.status) == [.succeeded, .succeeded])
            #expect(runs[0].row.version != runs[1].row.version)
            let sql = "SELECT group_concat(id) FROM (SELECT id FROM tally ORDER BY id)"
            #expect(try open.value(sql) == .text("first,second"))
        }
    }

    @Test func `an older version is found again after a restart`() async throws {
        let shop = try Shop(workflows: ["paid": Self.first])
        shop.peer.script("tell", [busy, .end(.done(Fields()))])
        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()
        }

        try shop.write("workflows/paid.yaml", Self.second)
        try await shop.open { open in
            try await open.walkOn()
            #expect(try open.value("SELECT id FROM tally") == .text("first"))
        }
    }

    @Test func `a run whose plugin is gone is given up as orphaned and can be retried`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Self.first])
        shop.peer.script("tell", [busy, .end(.done(Fields()))])
        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()
        }

        try shop.write(
            "workflows/paid.yaml",
            Self.second.replacing("uses: call", with: "uses: ask")
        )
        for file in ["plugin.yaml"] {
            try shop.write(
                "plugins/ask/\(file)",
                Shop.call.replacing("name: call", with: "name: ask")
            )
        }
        try shop.remove("plugins/call")
        try await shop.open { open in
            try await open.walkOn()
            let run = try #require(try open.runs().first)
            #expect(run.row.status == .dead)
            let reason = try #require(run.row.reason)
            #expect(reason.hasPrefix("orphaned: "), "\(reason)")
            #expect(reason.contains("call"), "\(reason)")
        }

        try shop.write("plugins/call/plugin.yaml", Shop.call)
        try await shop.open { open in
            let run = try #require(try open.runs().first).row
            try await open.memory.retry(
                run.id,
                version: run.version,
                fromStart: false,
                actor: "test",
                at: shop.clock.now
            )
            try await open.walkOn()
            #expect(try open.statuses() == [.succeeded])
        }
    }

    @Test func `the same files give the same hash and the same version numbers`() async throws {
        let shop = try Shop(workflows: ["paid": Self.first])

        try await shop.open { open in
            let again = try await shop.draft().apply(
                to: open.memory,
                generation: 2,
                at: shop.clock.now
            )
            #expect(again.hash == open.box.current.hash)
            #expect(again.rules.map(\.version) == open.box.current.rules.map(\.version))
            #expect(again.generation == 2)

            try shop.write("plugins/tally/effect.sql", "SELECT 1 AS total;")
            let changed = try await shop.draft().apply(
                to: open.memory,
                generation: 3,
                at: shop.clock.now
            )
            #expect(changed.hash != again.hash)
            #expect(changed.rules.map(\.version) != again.rules.map(\.version))
        }
    }
}
