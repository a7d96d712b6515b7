import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `Walking many events at once` {
    @Test(arguments: [UInt64(1), 2, 3])
    func `lanes hold, order holds, every effect happens once`(_ seed: UInt64) async throws {
        let shop = try Shop(
            peer: FakePeer(concurrency: 8),
            workflows: [
                "one": """
                on: order.paid
                once-per: ${{ id }}
                steps:
                  - { id: count, uses: tally, with: { order: "${{ metadata ->> 'order' }}" } }
                  - id: tell
                    uses: call
                    if: created % 2 = 0
                    retry: { attempts: 20, delay: 1s }
                  - { id: again, uses: tally, with: { order: all } }
                """,
                "two": """
                on: order.*
                when: object ->> 'amount' = 5
                steps:
                  - { id: count, uses: tally, with: { order: second } }
                """,
            ]
        )
        let busy = FakePeer.Behaviour.end(.failed(StepFailure("busy", fault: .outside)))
        let done = FakePeer.Behaviour.end(.done(Fields()))
        var dice = seed
        shop.peer.script(
            "tell",
            (0..<200).map { _ in
                dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (dice >> 33) % 4 == 0 ? busy : done
            } + [done]
        )

        try await shop.open { open in
            let engine = open.engine()
            async let first: Void = engine.walkUntilIdle { _ in false }
            for number in 1...300 {
                try await open.deliver("evt_\(number)", order: "\(number % 11)")
            }
            try await first
            try await open.walkOn()

            let runs = try open.runs()
            #expect(runs.count == 600)
            #expect(runs.allSatisfy { $0.row.status == .succeeded })
            #expect(try open.value("SELECT total FROM tally WHERE id = 'all'") == .integer(300))
            #expect(try open.value("SELECT total FROM tally WHERE id = 'second'") == .integer(300))
            let doubles = "SELECT count(*) - count(DISTINCT key) FROM tally_log"
            #expect(try open.value(doubles) == .integer(0))
            // The first step of each run of a lane is settled in the order of arrival.
            let disorder = """
                SELECT count(*) FROM (
                  SELECT CAST(substr(key, 5) AS INTEGER) AS number,
                    lag(CAST(substr(key, 5) AS INTEGER)) OVER w AS before
                  FROM tally_log WHERE key LIKE '%/one/count'
                  WINDOW w AS (PARTITION BY id ORDER BY seq)) WHERE number < before
                """
            #expect(try open.value(disorder) == .integer(0))
        }
    }
}
