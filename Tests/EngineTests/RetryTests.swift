import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `Trying again` {
    private static let calling = """
        on: order.paid
        steps:
          - id: tell
            uses: call
            retry: { attempts: 3, delay: 10s, factor: 4, max-delay: 1h }
          - uses: tally
            with: { order: "${{ metadata ->> 'order' }}" }
        on-failure:
          - { id: alarm, uses: call, with: { what: "${{ steps -> 'tell' ->> 'outcome' }}" } }
          - { id: note, uses: tally, with: { order: failed } }
        """

    private let busy = FakePeer.Behaviour.end(
        .failed(StepFailure("the peer is busy", fault: .outside))
    )

    @Test func `a failed attempt is due after exactly the pause that was rolled`() async throws {
        let shop = try Shop(workflows: ["paid": Self.calling])
        shop.peer.script("tell", [busy, .end(.done(Fields()))])

        try await shop.open { open in
            var open = open
            open.roll = 2500
            let begin = shop.clock.now
            try await open.deliver("evt_1")
            try await open.walk()

            let waiting = try #require(try open.runs().first)
            #expect(waiting.row.status == .waiting)
            #expect(waiting.row.dueAt == begin + .milliseconds(3500))
            #expect(waiting.row.attempts == 1)
            #expect(waiting.row.reason == "step tell failed: the peer is busy")

            shop.clock.turn(by: .milliseconds(3499))
            try await open.walk()
            #expect(shop.peer.calls.count == 1)
            shop.clock.turn(by: .milliseconds(1))
            try await open.walk()
            #expect(try open.statuses() == [.succeeded])
            #expect(shop.peer.calls.map(\.attempt) == [1, 2])
            #expect(Set(shop.peer.calls.map(\.key)) == ["evt_1/paid/tell"])
        }
    }

    @Test func `after the last attempt on-failure is walked once and the run is dead`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Self.calling])
        shop.peer.script("tell", [busy])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walkOn()
            try await open.walkOn()

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .dead)
            #expect(run.row.reason == "step tell failed: the peer is busy")
            #expect(shop.peer.calls.map(\.step) == ["tell", "tell", "tell", "alarm"])
            #expect(shop.peer.calls.last?.inputs.text("what") == "failed")
            #expect(try open.value("SELECT total FROM tally WHERE id = 'failed'") == .integer(1))
            #expect(try open.value("SELECT count(*) FROM tally WHERE id = '1'") == .integer(0))
            #expect(try open.memory.reader.event(EventID("evt_1"))?.row.status == .failed)
        }
    }

    @Test func `on-failure steps that fail themselves end without a loop`() async throws {
        let shop = try Shop(workflows: ["paid": Self.calling])
        shop.peer.script("tell", [busy])
        shop.peer.script("alarm", [busy])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walkOn()

            #expect(try open.statuses() == [.dead])
            #expect(try open.runs().map(\.row.reason) == ["step tell failed: the peer is busy"])
            #expect(shop.peer.calls.filter { $0.step == "alarm" }.count == 8)
            #expect(try open.value("SELECT total FROM tally WHERE id = 'failed'") == .integer(1))
        }
    }

    @Test func `on-error continue walks on after a step that failed for good`() async throws {
        let text = Self.calling.replacing(
            "uses: call\n    retry",
            with: "uses: call\n    on-error: continue\n    retry"
        )
        let shop = try Shop(workflows: ["paid": text])
        shop.peer.script("tell", [busy])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walkOn()

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .succeeded)
            #expect(run.steps.map(\.status) == [.failed, .done])
        }
    }

    @Test func `a peer's wish to wait is honoured`() async throws {
        let shop = try Shop(workflows: ["paid": Self.calling])
        let wish = StepFailure("slow down", fault: .outside, retryAfter: .seconds(300))
        shop.peer.script("tell", [.end(.failed(wish)), .end(.done(Fields()))])

        try await shop.open { open in
            let begin = shop.clock.now
            try await open.deliver("evt_1")
            try await open.walk()

            #expect(try open.runs().first?.row.dueAt == begin + .seconds(300))
        }
    }

    @Test func `a run that waits for its retry does not block the next event of its lane`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Self.calling])
        shop.peer.script("tell", [busy, .end(.done(Fields()))])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.deliver("evt_2")
            try await open.walk()

            #expect(try open.statuses() == [.waiting, .succeeded])
        }
    }

    @Test func `a step waits for what is not there and goes on once it is`() async throws {
        let shop = try Shop(workflows: [
            "refunded": """
            on: order.refunded
            steps:
              - uses: await-order
                with: { order: "${{ metadata ->> 'order' }}" }
            """,
            "paid": Shop.counting,
        ])

        try await shop.open { open in
            try await open.deliver("evt_1", type: "order.refunded")
            try await open.walk()
            let waiting = try #require(try open.runs().first)
            #expect(waiting.row.status == .waiting)
            #expect(waiting.row.reason == "step await-order waits for order 1")
            #expect(waiting.row.dueAt == shop.clock.now + .seconds(5))

            try await open.deliver("evt_2", type: "order.paid")
            try await open.walkOn()
            #expect(try open.statuses() == [.succeeded, .succeeded])
        }
    }

    @Test func `a wait ends as a dead letter when its time is over`() async throws {
        let shop = try Shop(workflows: [
            "refunded": """
            on: order.refunded
            steps:
              - uses: await-order
                with: { order: "${{ metadata ->> 'order' }}" }
                wait: { every: 1s, for: 1m }
            """
        ])

        try await shop.open { open in
            let begin = shop.clock.now
            try await open.deliver("evt_1", type: "order.refunded")
            try await open.walkOn()

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .dead)
            #expect(shop.clock.now == begin + .seconds(60))
            let reason = "step await-order waited 1m for order 1; it never came"
            #expect(run.row.reason == reason)
        }
    }

    @Test func `an effect that refuses is rolled back, told of and given up at once`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": """
            on: order.paid
            steps:
              - { uses: await-order, with: { order: "9", word: refuse } }
            """
        ])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walkOn()

            #expect(try open.statuses() == [.dead])
            #expect(try open.value("SELECT key FROM tally_log") == .text("refused: order 9"))
        }
    }
}
