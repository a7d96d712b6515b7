import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `Restarting in the middle` {
    /// Two events in one lane, one outside it, and steps of both sorts.
    private static let workflow = """
        on: order.paid
        once-per: ${{ id }}
        steps:
          - { id: count, uses: tally, with: { order: "${{ metadata ->> 'order' }}" } }
          - { id: tell, uses: call, with: { number: "${{ steps -> 'count' ->> 'total' }}" } }
          - { id: again, uses: tally, with: { order: "again", by: 10 } }
          - { id: never, uses: call, if: "0" }
          - { id: mail, uses: mail }
          - { id: report, uses: report }
          - { id: last, uses: call }
        """

    /// A run that fails, with every kind of action in what is done then.
    private static let failing = """
        on: order.paid
        steps:
          - { id: refuse, uses: await-order, with: { order: nobody, word: failed } }
        on-failure:
          - { id: late-count, uses: tally, with: { order: late } }
          - { id: late-tell, uses: call }
          - { id: late-mail, uses: mail }
          - { id: late-report, uses: report }
        """

    /// A shop whose steps leave the house in every way there is.
    private static func shopWithEveryKind(
        _ workflows: [String: String] = ["paid": workflow, "refused": failing]
    ) throws -> Shop {
        let peer = FakePeer()
        let shop = try Shop(peer: peer, kinds: peer.kinds, workflows: workflows)
        for (name, kind) in [("mail", "email"), ("report", "sentry")] {
            try shop.write(
                "plugins/\(name)/plugin.yaml",
                "name: \(name)\nkind: \(kind)\nsummary: Leaves the house.\n"
            )
        }
        return shop
    }

    private struct Outcome: Equatable {
        var statuses: [RunStatus]
        var reasons: [String]
        var steps: [[StepStatus]]
        var totals: Value
        var effects: Value
        var calls: Set<String>
    }

    private func outcome(_ open: OpenShop) throws -> Outcome {
        let runs = try open.runs()
        let totals =
            "SELECT json_group_array(json_array(id, total)) FROM (SELECT * FROM tally ORDER BY id)"
        let effects = "SELECT json_group_array(key) FROM (SELECT key FROM tally_log ORDER BY key)"
        return Outcome(
            statuses: runs.map(\.row.status),
            // Up to where the path of this shop's folder begins.
            reasons: runs.map { String(($0.row.reason ?? "").prefix { $0 != ":" }) },
            steps: runs.map { $0.steps.map(\.status) },
            totals: try open.value(totals),
            effects: try open.value(effects),
            calls: Set(open.shop.peer.calls.map { "\($0.key) \($0.inputs["number"] ?? .null)" })
        )
    }

    private func deliver(_ open: OpenShop) async throws {
        try await open.deliver("evt_1", order: "1")
        try await open.deliver("evt_2", order: "1")
        try await open.deliver("evt_3", order: "2")
    }

    @Test(arguments: FailingMemory.Failure.allCases)
    func `whichever settling fails, the end is the same`(
        _ failure: FailingMemory.Failure
    )
        async throws
    {
        let clean = try Self.shopWithEveryKind()
        let expected = try await clean.open { open in
            try await deliver(open)
            try await open.walkOn()
            return try outcome(open)
        }
        #expect(expected.statuses.count { $0 == .succeeded } == 3)
        #expect(expected.statuses.count { $0 == .dead } == 3)
        #expect(clean.peer.calls.count == 3 * 4 + 3 * 3)

        var n = 0
        var failed = true
        while failed {
            n += 1
            let shop = try Self.shopWithEveryKind()
            failed = try await shop.open { open in
                try await deliver(open)
                var open = open
                let memory = FailingMemory(open.memory, failing: failure, at: n)
                open.wrapped = memory
                do {
                    try await open.walkOn()
                } catch StoreFailure.broken {
                    #expect(memory.hasFailed)
                }
                return memory.hasFailed
            }
            let end = try await shop.open(careful: n.isMultiple(of: 2)) { open in
                try await open.walkOn()
                return try outcome(open)
            }
            #expect(end == expected, "settling \(n) failed \(failure.rawValue)")
        }
        #expect(n > 20)
    }

    @Test func `an attempt that was under way is unsure, and its repetition has the same key`()
        async throws
    {
        let shop = try Self.shopWithEveryKind(["paid": Self.workflow])
        try await interrupt(shop)

        try await shop.open { open in
            try await open.walk()
            let run = try #require(try open.runs().first)
            #expect(run.row.status == .waiting)
            #expect(run.steps[1].status == .unsure)
            #expect(run.steps[1].reason == "Till stopped while it was under way")
            #expect(run.steps[1].inputs?.contains(#""number":1"#) == true)

            try await open.walkOn()
            #expect(try open.statuses() == [.succeeded])
            let calls = shop.peer.calls.filter { $0.step == "tell" }
            #expect(calls.map(\.attempt) == [1, 2])
            #expect(Set(calls.map(\.key)) == ["evt_1/paid/tell"])
        }
    }

    @Test func `when-unsure stop leaves the run to a human, who can let it go on`() async throws {
        let text = Self.workflow.replacing("id: tell,", with: "id: tell, when-unsure: stop,")
        let shop = try Self.shopWithEveryKind(["paid": text])
        try await interrupt(shop)

        try await shop.open { open in
            try await open.walkOn()
            let run = try #require(try open.runs().first)
            #expect(run.row.status == .unsure)
            #expect(shop.peer.calls.count == 1)
            #expect(try open.memory.reader.event(EventID("evt_1"))?.row.status == .failed)

            try await open.memory.retry(
                run.row.id,
                version: run.row.version,
                fromStart: false,
                actor: "test",
                at: shop.clock.now
            )
            try await open.walkOn()
            #expect(try open.statuses() == [.succeeded])
        }
    }

    /// Delivers one event and stops the engine in the middle of its outward step.
    private func interrupt(_ shop: Shop) async throws {
        shop.peer.script("tell", [.hold, .end(.done(Fields()))])
        try await shop.open { open in
            try await open.deliver("evt_1")
            var open = open
            // Choosing with the first step is one settling, the begin of the second step another.
            open.wrapped = FailingMemory(open.memory, failing: .before, at: 3)
            let engine = open.engine()
            async let walk: Void = engine.walkUntilIdle { _ in false }
            while shop.peer.held == 0 { await Task.yield() }
            shop.peer.release()
            do {
                try await walk
                Issue.record("the engine went on although its store is broken")
            } catch {
                #expect(error as? StoreFailure == .broken("test"))
            }
        }
    }
}
