import Model
import Store
import Testing

extension StoreContract {
    /// Writing deliveries down.
    package static let recording: [Case] = [
        Case("a first delivery is stored and its event waits for its workflows") { subject in
            let receipt = try await subject.store.record(subject.delivery("evt_1"))

            let event = try #require(try subject.store.unchosenEvents(after: 0, limit: 9).first)
            #expect(receipt == .stored)
            #expect(event.id.text == "evt_1")
            #expect(event.type == "payment_intent.succeeded")
            #expect(event.created == Timestamp(seconds: 1_759_999_000))
            #expect(event.account == "acct_1")
            #expect(event.lane == "pi_evt_1")
            #expect(event.endpoint == "stripe")
            #expect(!event.livemode)
            #expect(event.body == subject.delivery("evt_1").body)
            #expect(try subject.status(ofEvent: "evt_1") == .received)
        },
        Case("a second delivery of one event is a duplicate that is counted") { subject in
            _ = try await subject.store.record(subject.delivery("evt_1"))
            var again = subject.delivery("evt_1")
            again.body = "{\"another\":1}"

            let receipt = try await subject.store.record(again)

            let event = try #require(try subject.lists.event(EventID("evt_1")))
            #expect(receipt == .duplicate)
            #expect(event.row.deliveries == 2)
            #expect(event.body == subject.delivery("evt_1").body)
            #expect(try subject.store.unchosenEvents(after: 0, limit: 9).count == 1)
        },
        Case("an event that is held is stored and never offered") { subject in
            let held = subject.delivery("evt_1", hold: "of the wrong mode")

            let receipt = try await subject.store.record(held)

            #expect(receipt == .stored)
            #expect(try subject.status(ofEvent: "evt_1") == .held)
            #expect(try subject.store.unchosenEvents(after: 0, limit: 9).isEmpty)
        },
        Case("an event that no workflow takes is stored and never offered") { subject in
            var delivery = subject.delivery("evt_1")
            delivery.isUnmatched = true

            let receipt = try await subject.store.record(delivery)

            #expect(receipt == .stored)
            #expect(try subject.status(ofEvent: "evt_1") == .unmatched)
            #expect(try subject.store.unchosenEvents(after: 0, limit: 9).isEmpty)
        },
        Case("an event that is held stays held where no workflow takes it either") { subject in
            var delivery = subject.delivery("evt_1", hold: "of the wrong mode")
            delivery.isUnmatched = true

            _ = try await subject.store.record(delivery)

            #expect(try subject.status(ofEvent: "evt_1") == .held)
        },
        Case("one event delivered by many at once is stored once") { subject in
            let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await subject.store.record(subject.delivery("evt_1")) }
                }
                return try await group.reduce(into: [Receipt]()) { $0.append($1) }
            }

            #expect(receipts.count { $0 == .stored } == 1)
            #expect(receipts.count == 50)
            #expect(try subject.lists.event(EventID("evt_1"))?.row.deliveries == 50)
        },
        Case("events are offered in order of arrival, page by page") { subject in
            for number in 1...5 {
                _ = try await subject.store.record(subject.delivery("evt_\(number)"))
            }

            let first = try subject.store.unchosenEvents(after: 0, limit: 3)
            let rest = try subject.store.unchosenEvents(after: first[2].sequence, limit: 3)

            #expect((first + rest).map(\.id.text) == (1...5).map { "evt_\($0)" })
        },
        Case("recording an event rings the bell") { subject in
            let changes = subject.store.changes()
            _ = try await subject.store.record(subject.delivery("evt_1"))

            var iterator = changes.makeAsyncIterator()
            #expect(await iterator.next() != nil)
        },
    ]
}
