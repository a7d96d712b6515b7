import Engine
import Model
import SQLiteStore
import Store
import Testing

@Suite struct `Walking the backlog with care` {
    @Test func `marks are forgiven once a step is settled`() async throws {
        let shop = try Shop(workflows: ["paid": Shop.counting])
        try await fill(shop, ["1", "2"])

        try await shop.open(careful: true) { open in
            try await open.walk()
            let runs = try open.runs()
            #expect(runs.map(\.row.status) == [.succeeded, .succeeded])
            #expect(runs.map(\.crashes) == [0, 0])
        }
    }

    @Test func `a run that crashes the process is marked before it is walked, each time`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Shop.counting])
        try await fill(shop, ["1", "2"])

        // The process dies right after the marks are written.
        try await crash(shop, at: 2)
        #expect(try await crashes(shop) == [1, 1])
        // From the second time on one is walked alone, so only that one is suspected.
        try await crash(shop, at: 2)
        #expect(try await crashes(shop) == [2, 1])
        // Whoever was there less often goes first.
        try await crash(shop, at: 2)
        #expect(try await crashes(shop) == [2, 2])
        try await crash(shop, at: 2)
        #expect(try await crashes(shop) == [3, 2])
        // The third crash was the last; the other one gets another chance.
        try await shop.open(careful: true) { open in
            try await open.walk()
            let runs = try open.runs()
            #expect(runs.map(\.row.status) == [.dead, .succeeded])
            let reason = try #require(runs[0].row.reason)
            #expect(reason.contains("crashed 3 times"), "\(reason)")
        }
    }

    @Test func `without an unclean stop nothing is marked`() async throws {
        let shop = try Shop(workflows: ["paid": Shop.counting])
        try await fill(shop, ["1"])
        try await crash(shop, at: 1, careful: false)
        #expect(try await crashes(shop) == [0])
    }

    @Test func `an attempt that was under way counts as a crash of its run`() async throws {
        let shop = try Shop(workflows: [
            "paid": "on: order.paid\nsteps:\n  - { id: tell, uses: call, when-unsure: retry }"
        ])
        shop.peer.script("tell", [.hold, .hold, .end(.done(Fields()))])
        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.dieUnderWay()
        }
        for crash in 1...2 {
            try await shop.open(careful: true) { open in
                try await open.walk()
                let run = try #require(try open.runs().first)
                #expect(run.crashes == crash)
                #expect(run.row.status == .waiting)
                guard crash == 1 else { return }
                shop.clock.turn(by: .seconds(60))
                try await open.dieUnderWay(at: 3)
            }
        }
    }

    @Test func `runs that were under way at a crash are tried again one after the other`()
        async throws
    {
        let shop = try Shop(workflows: [
            "paid": "on: order.paid\nsteps:\n  - { id: tell, uses: call, when-unsure: retry }"
        ])
        shop.peer.script("tell", [.hold])
        try await shop.open { open in
            try await open.deliver("evt_1", order: "1")
            try await open.deliver("evt_2", order: "2")
            try await open.dieUnderWay()
        }
        try await shop.open(careful: true) { open in
            try await open.walk()
            #expect(try open.runs().map(\.crashes) == [1, 1])
            // Both are due at once, long after the start.
            shop.clock.turn(by: .seconds(60))
            let engine = open.engine()
            let before = shop.peer.calls.count
            async let walk: Void = engine.walkUntilIdle { _ in false }
            while shop.peer.calls.count == before { await Task.yield() }
            // So many commits later an engine that does not wait would have begun the other one.
            for number in 1...30 { try await open.deliver("evt_other_\(number)", type: "other") }
            #expect(try open.statuses() == [.running, .waiting])
            // An attempt that was not to blame for so long holds the other up no longer.
            shop.clock.turn(by: .milliseconds(200))
            engine.wake()
            while shop.peer.calls.count < before + 2 { await Task.yield() }
            #expect(try open.statuses() == [.running, .running])
            while try open.statuses() != [.succeeded, .succeeded] {
                shop.peer.release()
                await Task.yield()
            }
            try await walk
        }
    }

    @Test func `an event during whose choice the process crashes is set aside, the others are not`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Shop.counting])
        try await shop.open { open in
            for order in ["1", "2"] { try await open.deliver("evt_\(order)", order: order) }
        }

        // The process dies right after the marks are written, before any run is made.
        try await crash(shop, at: 2)
        #expect(try await waiting(shop) == ["evt_1": 1, "evt_2": 1])
        // From the second time on one is chosen for alone.
        try await crash(shop, at: 2)
        #expect(try await waiting(shop) == ["evt_1": 2, "evt_2": 1])
        // The one with fewer marks goes first, so that it is done before the other one's turn.
        try await crash(shop, at: 6)
        #expect(try await waiting(shop) == ["evt_1": 3])
        try await shop.open(careful: true) { open in
            try await open.walk()
            #expect(try open.memory.unchosenEvents(after: 0, limit: 9).isEmpty)
            #expect(try open.runs().map(\.row.event.text) == ["evt_2"])
            #expect(try open.statuses() == [.succeeded])
            let event = try #require(try open.memory.reader.event(EventID("evt_1"))?.row)
            #expect(event.status == .held)
            #expect(event.reason?.contains("crashed 3 times") == true, "\(event)")
        }
    }

    @Test func `without an unclean stop no event is marked`() async throws {
        let shop = try Shop(workflows: ["paid": Shop.counting])
        try await shop.open { try await $0.deliver("evt_1") }
        try await crash(shop, at: 1, careful: false)
        #expect(try await waiting(shop) == ["evt_1": 0])
    }

    @Test func `a first step that rides with the choice and crashes is counted against its run`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Shop.counting])
        try await shop.open { try await $0.deliver("evt_1") }
        try await crash(shop, at: 2)
        #expect(try await waiting(shop) == ["evt_1": 1])
        // Now the choice is one settling, the run's mark the next, its step the one after.
        try await crash(shop, at: 4)
        #expect(try await waiting(shop).isEmpty)
        #expect(try await crashes(shop) == [2])
        try await crash(shop, at: 2)
        #expect(try await crashes(shop) == [3])
        try await shop.open(careful: true) { open in
            try await open.walk()
            #expect(try open.statuses() == [.dead])
        }
    }

    /// The marks of the events whose workflows are not chosen yet.
    private func waiting(_ shop: Shop) async throws -> [String: Int] {
        try await shop.open { open in
            let events = try open.memory.unchosenEvents(after: 0, limit: 99)
            return Dictionary(uniqueKeysWithValues: events.map { ($0.id.text, $0.crashes) })
        }
    }

    /// Delivers events and has their runs made, but not walked.
    private func fill(_ shop: Shop, _ orders: [String]) async throws {
        try await shop.open { open in
            for order in orders {
                try await open.deliver("evt_\(order)", order: order)
                let event = try #require(try open.memory.unchosenEvents(after: 0, limit: 1).first)
                let run = NewRun(
                    id: open.memory.reserveRunID(),
                    workflow: "paid",
                    version: try #require(open.box.current.rules.first).version
                )
                _ = try await open.memory.settle([.chosen(event, [run])])
            }
        }
    }

    /// Starts an engine whose process dies at the n-th settling.
    private func crash(_ shop: Shop, at n: Int, careful: Bool = true) async throws {
        try await shop.open(careful: careful) { open in
            var open = open
            open.wrapped = FailingMemory(open.memory, failing: .before, at: n)
            await #expect(throws: StoreFailure.broken("test")) { try await open.walk() }
        }
    }

    private func crashes(_ shop: Shop) async throws -> [Int] {
        try await shop.open { try $0.runs().map(\.crashes) }
    }
}
