import Foundation
import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite(.serialized) struct `Bench` {
    @Test func `bench record`() async throws {
        let fixture = SQLiteFixture()
        let memory = try fixture.open()
        let body = String(repeating: "{\"k\":\"0123456789\"},", count: 160)
        let total = 20000
        let begin = ContinuousClock().now
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<64 {
                group.addTask {
                    for number in 0..<(total / 64) {
                        let id = "evt_1NG\(String(1_000_000 + number * 64 + worker))abcdef"
                        do {
                            _ = try await memory.record(Delivery(id: EventID(id), type: "payment_intent.succeeded", created: fixture.clock.now, livemode: false, apiVersion: "2026-01-01", objectID: "pi_\(id)", lane: "pi_\(id)", endpoint: "stripe", receivedAt: fixture.clock.now, body: body))
                        } catch { print(error) }
                    }
                }
            }
        }
        let took = ContinuousClock().now - begin
        print("BENCH record: \(Int(Double(total) / (Double(took.components.attoseconds) / 1e18 + Double(took.components.seconds))))/s")
        await memory.close()
    }

    @Test func `bench effects`() async throws {
        let fixture = SQLiteFixture()
        let subject = try await fixture.subject()
        let total = 20000
        var runs: [StoredRun] = []
        var events: [StoredEvent] = []
        for start in stride(from: 0, to: total, by: 500) {
            await withTaskGroup(of: Void.self) { group in
                for n in start..<(start + 500) { group.addTask { do { _ = try await subject.store.record(subject.delivery("evt_\(1_000_000 + n)")) } catch { print(error) } } }
            }
        }
        var clock = ContinuousClock().now
        events = try subject.store.unchosenEvents(after: 0, limit: total)
        for start in stride(from: 0, to: total, by: 128) {
            var ids: [RunID] = []
            let batch = events[start..<min(total, start + 128)].map { e -> Settlement in
                let id = subject.store.reserveRunID(); ids.append(id)
                return .chosen(e, [NewRun(id: id, workflow: StoreSubject.workflow, version: subject.versions[0])])
            }
            _ = try await subject.store.settle(batch)
            runs += try subject.store.runs(ids)
        }
        func rate(_ t: Duration) -> Int { Int(Double(total) / (Double(t.components.attoseconds) / 1e18 + Double(t.components.seconds))) }
        print("BENCH choose+load: \(rate(ContinuousClock().now - clock))/s")
        clock = ContinuousClock().now
        for start in stride(from: 0, to: total, by: 128) {
            let batch = runs[start..<min(total, start + 128)].map { r -> Settlement in
                .effect(subject.ref(r), subject.call("till_\(r.id)", 5), decide: StoreSubject.succeed)
            }
            _ = try await subject.store.settle(batch)
        }
        print("BENCH effects: \(rate(ContinuousClock().now - clock))/s")
        let scope = ExpressionScope(event: "{\"a\":1}", object: "{\"amount\":5,\"id\":\"pi_1\"}", previous: nil, metadata: "{\"order_id\":\"a\"}", id: "e", type: "t", created: 1, livemode: false, account: nil, endpoint: "s")
        let list = ["metadata ->> 'order_id'", "'paid'", "object ->> 'amount'", "object ->> 'id'"].map { Expression($0, at: SourcePlace(file: "a", line: 1, column: 1)) }
        clock = ContinuousClock().now
        for _ in 0..<total { _ = try subject.expressions.values(of: list, in: scope) }
        print("BENCH expressions (4 at once): \(rate(ContinuousClock().now - clock))/s")
    }
}
