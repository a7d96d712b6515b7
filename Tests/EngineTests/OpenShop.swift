import Engine
import Foundation
import Logging
import Model
import SQLiteStore
import Store
import Testing

/// The shop with its database open: deliver events, walk, look at rows.
struct OpenShop {
    /// The shop.
    let shop: Shop
    /// Its database.
    let memory: SQLiteMemory
    /// The rules in force.
    let box: PlaybookBox
    /// Whether engines walk the backlog with care.
    var careful = false
    /// What engines settle with, where it is not the database itself.
    var wrapped: (any WalkMemory)?
    /// The dice: the middle of the range.
    var roll: UInt64 = 0

    /// Records an event.
    func deliver(
        _ id: String,
        type: String = "order.paid",
        order: String = "1",
        lane: String? = nil,
        object: String? = nil,
        livemode: Bool = false
    ) async throws {
        let object = object ?? #"{"id":"pi_\#(order)","amount":5,"metadata":{"order":"\#(order)"}}"#
        let body =
            #"{"id":"\#(id)","type":"\#(type)","created":1700000000,"livemode":\#(livemode),"#
            + #""data":{"object":\#(object)}}"#
        let receipt = try await memory.record(
            Delivery(
                id: EventID(id),
                type: type,
                created: Timestamp(seconds: 1_700_000_000),
                livemode: livemode,
                lane: lane ?? "pi_\(order)",
                endpoint: "main",
                receivedAt: shop.clock.now,
                body: body
            )
        )
        #expect(receipt == .stored)
    }

    /// An engine over this shop.
    func engine(sleep: @escaping Sleep = { _ in try await forever() }) -> Engine {
        let (clock, roll) = (shop.clock, roll)
        return Engine(
            memory: wrapped ?? memory,
            evaluator: memory.expressions,
            playbooks: box,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            isCareful: careful,
            clock: { clock.now },
            sleep: sleep,
            roll: { roll }
        )
    }

    /// What a person may wish.
    var wishes: RunWishes {
        let clock = shop.clock
        return RunWishes(
            memory: memory,
            reading: memory.reader,
            evaluator: memory.expressions,
            playbooks: box,
            clock: { clock.now }
        )
    }

    /// Puts the workflows in force as the files are now.
    func reload() async throws {
        let next = box.current.generation + 1
        box.swap(try await shop.draft().apply(to: memory, generation: next, at: shop.clock.now))
    }

    /// Walks until nothing can be walked without turning the clock.
    func walk() async throws {
        try await engine().walkUntilIdle { _ in false }
    }

    /// Walks until nothing waits any more, turning the clock.
    func walkOn() async throws {
        let clock = shop.clock
        try await engine().walkUntilIdle { due in
            guard let due else { return false }
            clock.turn(to: due)
            return true
        }
    }

    /// Walks until an outward attempt is held, then the process dies before its end is written, in
    /// the n-th settling; a suspect is marked before.
    func dieUnderWay(at n: Int = 2) async throws {
        var open = self
        open.careful = false
        open.wrapped = FailingMemory(memory, failing: .before, at: n)
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

    /// Every run in the order they were made.
    func runs() throws -> [RunDetail] {
        let rows = try memory.reader.runs(RunFilter(limit: 1000)).sorted { $0.id < $1.id }
        return try rows.map { try #require(try memory.reader.run($0.id)) }
    }

    /// The statuses of all runs.
    func statuses() throws -> [RunStatus] { try runs().map(\.row.status) }

    /// One value out of the business tables.
    func value(_ sql: String) throws -> Value {
        let place = SourcePlace(file: "test", line: 1, column: 1)
        let scope = ExpressionScope(
            event: "{}",
            object: nil,
            previous: nil,
            metadata: "{}",
            id: "",
            type: "",
            created: 0,
            livemode: false,
            account: nil,
            endpoint: ""
        )
        let values = try memory.expressions.values(
            of: [Expression("(\(sql))", at: place)],
            in: scope
        )
        return try #require(values.first)
    }
}
