import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `Walking a workflow` {
    @Test func `an event walks all its steps, and later steps see what earlier ones left`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": """
            on: order.paid
            when: metadata ->> 'order' IS NOT NULL
            steps:
              - id: count
                uses: tally
                with: { order: "${{ metadata ->> 'order' }}", by: "${{ object ->> 'amount' }}" }
              - id: tell
                uses: call
                with:
                  what: "order ${{ metadata ->> 'order' }} of ${{ vars ->> 'shop' }}"
                  number: ${{ steps -> 'count' ->> 'total' }}
              - uses: await-order
                if: steps -> 'tell' ->> 'outcome' = 'done'
                with: { order: "${{ metadata ->> 'order' }}" }
            """
        ])

        try await shop.open { open in
            try await open.deliver("evt_1", order: "77")
            try await open.walk()

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .succeeded)
            #expect(run.steps.map(\.step) == ["count", "tell", "await-order"])
            #expect(run.steps.map(\.status) == [.done, .done, .done])
            let call = try #require(shop.peer.calls.first)
            #expect(call.key == "evt_1/paid/tell")
            #expect(call.inputs.text("what") == "order 77 of corner")
            #expect(call.inputs["number"] == .integer(5))
            #expect(try open.value("SELECT total FROM tally WHERE id = '77'") == .integer(5))
            #expect(try open.memory.reader.event(EventID("evt_1"))?.row.status == .done)
        }
    }

    @Test func `an event that no workflow takes ends as unmatched`() async throws {
        let shop = try Shop(workflows: ["paid": Shop.counting])

        try await shop.open { open in
            try await open.deliver("evt_1", type: "order.lost")
            try await open.walk()

            #expect(try open.runs().isEmpty)
            #expect(try open.memory.reader.event(EventID("evt_1"))?.row.status == .unmatched)
        }
    }

    @Test func `a workflow for live mode leaves test events alone`() async throws {
        let shop = try Shop(workflows: ["paid": Shop.counting + "\nmode: live"])

        try await shop.open { open in
            try await open.deliver("evt_test")
            try await open.deliver("evt_live", livemode: true)
            try await open.walk()

            #expect(try open.runs().map(\.row.event.text) == ["evt_live"])
        }
    }

    @Test func `a false when makes a skipped run that says why`() async throws {
        let shop = try Shop(workflows: ["paid": Shop.counting + "\nwhen: object ->> 'amount' > 5"])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .skipped)
            #expect(run.row.reason == "when is false: object ->> 'amount' > 5")
        }
    }

    @Test func `a when that cannot be evaluated is a dead letter that names the place`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Shop.counting + "\nwhen: json(object ->> 'id')"])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .dead)
            let reason = try #require(run.row.reason)
            #expect(reason.contains("paid.yaml:6:7"), "\(reason)")
        }
    }

    @Test func `a step whose if is false is skipped, and its inputs are not looked at`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": """
            on: order.paid
            steps:
              - uses: call
                if: object ->> 'amount' > 5
                with: { what: "${{ json(object ->> 'id') }}" }
            """
        ])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .succeeded)
            #expect(run.steps.map(\.status) == [.skipped])
            #expect(shop.peer.calls.isEmpty)
        }
    }

    @Test func `steps whose if is false are passed together, and later ones see them`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": """
            on: order.paid
            steps:
              - { id: one, uses: call, if: 0 }
              - { id: two, uses: call, if: 0 }
              - { id: three, uses: call, if: "steps -> 'two' ->> 'outcome' = 'skipped'" }
              - { id: four, uses: call, if: 0 }
              - { id: five, uses: call, if: 0 }
            """
        ])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .succeeded)
            #expect(run.steps.map(\.status) == [.skipped, .skipped, .done, .skipped, .skipped])
            #expect(run.steps.map(\.attempts) == [1, 1, 1, 1, 1])
            #expect(run.steps[3].reason == "if is false: 0")
            #expect(shop.peer.calls.map(\.step) == ["three"])
            let actions = try open.memory.reader.auditRows(AuditFilter(limit: 99)).map(
                \.entry.action
            )
            #expect(
                actions.filter { $0.hasPrefix("step.") }.sorted() == [
                    "step.began", "step.done", "step.skipped",
                ]
            )
        }
    }

    @Test func `a run that passed steps and found no slot is walked from there`() async throws {
        let shop = try Shop(
            peer: FakePeer(concurrency: 1),
            workflows: [
                "paid": """
                on: order.paid
                steps:
                  - { id: never, uses: call, if: 0 }
                  - { id: tell, uses: call }
                """
            ]
        )
        shop.peer.script("tell", [.hold])

        try await shop.open { open in
            for number in 1...3 { try await open.deliver("evt_\(number)", order: "\(number)") }
            let engine = open.engine()
            async let walk: Void = engine.walkUntilIdle { _ in false }
            while try open.statuses() != [.succeeded, .succeeded, .succeeded] {
                shop.peer.release()
                await Task.yield()
            }
            try await walk

            let runs = try open.runs()
            #expect(
                runs.map { $0.steps.map(\.status) }
                    == Array(
                        repeating: [.skipped, .done],
                        count: 3
                    )
            )
        }
    }

    @Test func `a second run with the same once-per key is skipped, another key runs`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": Shop.counting + "\nonce-per: ${{ object ->> 'id' }}"
        ])

        try await shop.open { open in
            try await open.deliver("evt_1", order: "1")
            try await open.deliver("evt_2", order: "1")
            try await open.deliver("evt_3", order: "2")
            try await open.walk()

            #expect(try open.statuses() == [.succeeded, .skipped, .succeeded])
            #expect(try open.value("SELECT total FROM tally WHERE id = '1'") == .integer(1))
        }
    }

    @Test func `a once-per that is NULL is no key`() async throws {
        let shop = try Shop(workflows: [
            "paid": Shop.counting + "\nonce-per: ${{ object ->> 'nothing' }}"
        ])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.deliver("evt_2")
            try await open.walk()

            #expect(try open.statuses() == [.succeeded, .succeeded])
        }
    }

    @Test func `two workflows of one event both run, one after the other`() async throws {
        let shop = try Shop(workflows: ["paid": Shop.counting, "also": Shop.counting])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()

            #expect(try open.runs().map(\.row.workflow) == ["also", "paid"])
            #expect(try open.value("SELECT total FROM tally WHERE id = '1'") == .integer(2))
        }
    }

    @Test func `hundreds of events are walked in one go`() async throws {
        let shop = try Shop(workflows: ["paid": Shop.counting])

        try await shop.open { open in
            for number in 1...600 {
                try await open.deliver("evt_\(number)", order: "\(number % 7)")
            }
            try await open.walk()

            #expect(try open.value("SELECT sum(total) FROM tally") == .integer(600))
            #expect(try open.memory.reader.eventCounts()[.done] == 600)
        }
    }
}

extension Shop {
    /// A workflow that counts every paid order.
    static let counting = """
        on: order.paid
        steps:
          - uses: tally
            with:
              order: ${{ metadata ->> 'order' }}
        """
}
