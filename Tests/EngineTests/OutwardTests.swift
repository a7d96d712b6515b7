import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `Working outside the house` {
    private static let calling = """
        on: order.paid
        steps:
          - { id: tell, uses: call, timeout: 100ms }
        """

    @Test func `many runs share the slots of a kind`() async throws {
        let shop = try Shop(
            peer: FakePeer(concurrency: 3),
            workflows: ["paid": Self.calling]
        )
        shop.peer.script("tell", [.hold])

        try await shop.open { open in
            for number in 1...20 { try await open.deliver("evt_\(number)", order: "\(number)") }
            let engine = open.engine()
            async let walk: Void = engine.walkUntilIdle { _ in false }
            while shop.peer.calls.count < 20 {
                shop.peer.release()
                await Task.yield()
            }
            while try open.statuses().contains(where: { $0 != .succeeded }) {
                shop.peer.release()
                await Task.yield()
            }
            try await walk

            #expect(shop.peer.most <= 3)
            #expect(shop.peer.calls.count == 20)
        }
    }

    @Test func `runs of one lane are never under way together, other lanes are`() async throws {
        let shop = try Shop(peer: FakePeer(), workflows: ["paid": Self.calling])
        shop.peer.script("tell", [.hold])

        try await shop.open { open in
            try await open.deliver("evt_1", order: "1")
            try await open.deliver("evt_2", order: "1")
            try await open.deliver("evt_3", order: "2")
            let engine = open.engine()
            async let walk: Void = engine.walkUntilIdle { _ in false }
            while shop.peer.held < 2 { await Task.yield() }
            while try open.statuses() != [.running, .pending, .running] { await Task.yield() }

            #expect(Set(shop.peer.calls.map(\.eventID.text)) == ["evt_1", "evt_3"])
            while shop.peer.calls.count < 3 {
                shop.peer.release()
                await Task.yield()
            }
            while shop.peer.held < 1 { await Task.yield() }
            shop.peer.release()
            try await walk
            #expect(shop.peer.calls.last?.eventID.text == "evt_2")
        }
    }

    @Test func `database steps go on while an outward action hangs`() async throws {
        let shop = try Shop(workflows: [
            "paid": Self.calling,
            "counted": Shop.counting.replacing("order.paid", with: "order.counted"),
        ])
        shop.peer.script("tell", [.hold])

        try await shop.open { open in
            try await open.deliver("evt_1", order: "1")
            let engine = open.engine()
            async let walk: Void = engine.walkUntilIdle { _ in false }
            while shop.peer.held == 0 { await Task.yield() }
            try await open.deliver("evt_2", type: "order.counted", order: "2")
            while try open.value("SELECT count(*) FROM tally") != .integer(1) {
                await Task.yield()
            }

            #expect(shop.peer.held == 1)
            shop.peer.release()
            try await walk
        }
    }

    @Test func `an action that does not end in time is unsure`() async throws {
        let shop = try Shop(workflows: ["paid": Self.calling])
        shop.peer.script("tell", [.hang, .end(.done(Fields()))])

        try await shop.open { open in
            try await open.deliver("evt_1")
            let engine = open.engine(sleep: { span in
                // The attempt's limit and its grace pass at once, nothing else does.
                if span != .milliseconds(1100) { try await forever() }
            })
            try await engine.walkUntilIdle { _ in false }

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .waiting)
            #expect(run.steps.first?.status == .unsure)
            #expect(run.steps.first?.reason == "no end within 100ms")
        }
    }

    @Test func `draining lets the attempt under way end and leaves the rest in the store`()
        async throws
    {
        let text =
            Self.calling.replacing("timeout: 100ms", with: "timeout: 60s")
            + "\n  - { id: next, uses: call }"
        let shop = try Shop(peer: FakePeer(concurrency: 1), workflows: ["paid": text])
        shop.peer.script("tell", [.hold])

        try await shop.open { open in
            try await open.deliver("evt_1", order: "1")
            try await open.deliver("evt_2", order: "2")
            let engine = open.engine()
            async let walk: Void = engine.run()
            while shop.peer.held == 0 { await Task.yield() }
            engine.drain()
            shop.peer.release()
            try await walk

            #expect(try open.statuses() == [.pending, .pending])
            let steps = try open.runs().map { $0.steps.map(\.status) }
            #expect(steps == [[.done], []])
            #expect(shop.peer.calls.count == 1)
        }
    }

    @Test func `draining cancels an attempt that takes too long and settles what it says`()
        async throws
    {
        let text = Self.calling.replacing("timeout: 100ms", with: "timeout: 60s")
        let shop = try Shop(workflows: ["paid": text])
        shop.peer.script("tell", [.hang])

        try await shop.open { open in
            try await open.deliver("evt_1")
            let engine = open.engine(sleep: { span in
                // The time for draining passes at once, an attempt's does not.
                if span > .seconds(20) { try await forever() }
            })
            async let walk: Void = engine.run()
            while shop.peer.calls.isEmpty { await Task.yield() }
            engine.drain()
            try await walk

            let run = try #require(try open.runs().first)
            #expect(run.row.status == .waiting)
            #expect(run.steps.first?.status == .unsure)
            #expect(run.steps.first?.reason == "cut off")
        }
    }
}
