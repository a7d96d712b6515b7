import Engine
import Model
import Plugins
import Testing

@Suite struct `Ends that the store refuses` {
    private static let workflow = """
        on: order.paid
        steps:
          - { id: tell, uses: call }
          - { id: count, uses: tally, with: { order: "${{ metadata ->> 'order' }}" } }
        """

    @Test func `the run is not left running, and the engine comes to rest`() async throws {
        let shop = try Shop(workflows: ["paid": Self.workflow])

        try await shop.open { open in
            var open = open
            open.wrapped = PickyMemory(open.memory)
            try await open.deliver("evt_1")
            let (clock, end) = (shop.clock, shop.clock.now + .seconds(60))
            try await open.engine().walkUntilIdle { due in
                guard due != nil, clock.now < end else { return false }
                clock.turn(by: .seconds(1))
                return true
            }

            #expect(clock.now < end, "the engine kept looking for something")
            #expect(try open.statuses() == [.succeeded])
            #expect(shop.peer.calls.map(\.attempt) == [1, 2])
            #expect(Set(shop.peer.calls.map(\.key)) == ["evt_1/paid/tell"])
        }
    }

    @Test func `a run that was under way at a crash is not let go when nothing can be written`()
        async throws
    {
        let shop = try Shop(workflows: ["paid": Self.workflow])
        shop.peer.script("tell", [.hold, .end(.done(Fields()))])
        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.dieUnderWay()
        }

        try await shop.open(careful: true) { open in
            var open = open
            // The disk is full at first, then the end of the attempt is refused.
            open.wrapped = FailingMemory(PickyMemory(open.memory), failing: .refused, at: 1)
            let (clock, end) = (shop.clock, shop.clock.now + .seconds(60))
            try await open.engine().walkUntilIdle { due in
                guard due != nil, clock.now < end else { return false }
                clock.turn(by: .seconds(1))
                return true
            }

            #expect(try open.statuses() == [.succeeded])
            #expect(Set(shop.peer.calls.map(\.key)) == ["evt_1/paid/tell"])
        }
    }
}
