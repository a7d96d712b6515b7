import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `Ten thousand settlements in random batches` {
    private let fixture = SQLiteFixture()

    /// What the store ought to hold, kept in plain values.
    private struct Book {
        /// Balances of tills.
        var balances: [String: Int64] = [:]
        /// Status of runs.
        var runs: [RunID: RunStatus] = [:]
        /// Status of events.
        var events: [String: EventStatus] = [:]
        /// The events whose workflows are not chosen yet.
        var queue: [StoredEvent] = []
        /// The runs that may be walked.
        var open: [StoredRun] = []
        /// Settlements so far.
        var count = 0
    }

    @Test(arguments: [7, 4711]) func `the store agrees with the book`(seed: UInt64) async throws {
        var dice = SplitMix(state: seed)
        let subject = try await fixture.subject()
        var book = Book()
        var last: Int64 = 0
        while book.count < 5000 {
            try await deliver(Int.random(in: 0..<60, using: &dice), &book, subject)
            let fresh = try subject.store.unchosenEvents(after: last, limit: 1000)
            last = fresh.last?.sequence ?? last
            book.queue += fresh
            try await choose(&book, subject, &dice)
            try await walk(&book, subject, &dice)
        }

        for (name, balance) in book.balances {
            #expect(try subject.balance(of: name) == .integer(balance), "seed \(seed)")
        }
        for (run, status) in book.runs {
            #expect(try subject.stored(run).status == status, "run \(run), seed \(seed)")
        }
        for (event, status) in book.events {
            #expect(try subject.status(ofEvent: event) == status, "\(event), seed \(seed)")
        }
        #expect(book.runs.values.contains(.succeeded) && book.runs.values.contains(.dead))
        #expect(try AuditVerifier.verify(databasePath: fixture.path).firstBad == nil)
        let connection = try Connection(path: fixture.path, .reading)
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        #expect(try connection.text("PRAGMA foreign_key_check") == nil)
    }

    /// Records that many new events at once, each twice.
    private func deliver(_ count: Int, _ book: inout Book, _ subject: StoreSubject) async throws {
        let first = book.events.count
        let ids = (first..<(first + count)).map { "evt_\($0)" }
        let stored = try await withThrowingTaskGroup(of: Receipt.self) { group in
            for id in ids + ids {
                group.addTask { try await subject.store.record(subject.delivery(id)) }
            }
            return try await group.reduce(0) { $0 + ($1 == .stored ? 1 : 0) }
        }
        #expect(stored == count)
        for id in ids { book.events[id] = .received }
    }

    /// Chooses none or one workflow for every waiting event, and now and then a second time.
    private func choose(
        _ book: inout Book,
        _ subject: StoreSubject,
        _ dice: inout SplitMix
    ) async throws {
        var batch: [Settlement] = []
        var made: [RunID] = []
        for event in book.queue {
            let isTaken = Int.random(in: 0..<5, using: &dice) > 0
            let run = NewRun(
                id: subject.store.reserveRunID(),
                workflow: StoreSubject.workflow,
                version: subject.versions[0]
            )
            batch.append(.chosen(event, isTaken ? [run] : []))
            if isTaken { made.append(run.id) }
            book.events[event.id.text] = isTaken ? .received : .unmatched
            guard Int.random(in: 0..<20, using: &dice) == 0 else { continue }
            batch.append(.chosen(event, [run]))
        }
        let answers = try await subject.store.settle(batch)
        let refused = answers.count { if case .failed = $0 { true } else { false } }
        #expect(refused == batch.count - book.queue.count)
        book.count += batch.count
        book.queue = []
        for run in made { book.runs[run] = .pending }
        book.open += try subject.store.runs(made)
    }

    /// Walks the open runs: most effects are done, some break a constraint, wait or refuse.
    private func walk(
        _ book: inout Book,
        _ subject: StoreSubject,
        _ dice: inout SplitMix
    ) async throws {
        var batch: [Settlement] = []
        var waiting: [RunID] = []
        for run in book.open.shuffled(using: &dice) {
            let till = "till_\(Int.random(in: 0..<9, using: &dice))"
            let amount = Int64.random(in: 1..<100, using: &dice)
            let kind = Int.random(in: 0..<10, using: &dice)
            let end = ["refuse": RunStatus.dead, "wait": .waiting, "break": .dead]
            let word = [0: "refuse", 1: "wait", 2: "break"][kind] ?? "done"
            let status = end[word] ?? .succeeded
            let call = subject.call(
                word == "break" ? "broken_\(run.id)" : till,
                word == "break" ? -1 : amount,
                outcome: word == "break" ? "done" : word
            )
            batch.append(
                .effect(subject.ref(run), call) { _ in
                    RunChange(status: status, position: .start, dueAt: Timestamp(seconds: 1))
                }
            )
            if word == "done" { book.balances[till, default: 0] += amount }
            if status == .waiting { waiting.append(run.id) }
            book.runs[run.id] = status
            let events: [RunStatus: EventStatus] = [.dead: .failed, .succeeded: .done]
            book.events[run.event.id.text] = events[status] ?? .received
        }
        for start in stride(from: 0, to: batch.count, by: 128) {
            _ = try await subject.store.settle(Array(batch[start..<min(start + 128, batch.count)]))
        }
        book.count += batch.count
        book.open = try subject.store.runs(waiting)
    }
}

/// Steele, Lea and Flood's SplitMix64: the same numbers for the same seed everywhere.
struct SplitMix: RandomNumberGenerator {
    /// What the next number is made of.
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
