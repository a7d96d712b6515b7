import Foundation
import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `A process that is killed` {
    private let fixture = SQLiteFixture()

    /// Opens the store that a killed process left behind.
    private func reopened() async throws -> StoreSubject {
        let subject = try await fixture.subject()
        let connection = try Connection(path: fixture.path, .reading)
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        #expect(try AuditVerifier.verify(databasePath: fixture.path).firstBad == nil)
        return subject
    }

    @Test func `after recording has answered, the event is there`() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [directory = fixture.directory as String] in
            let subject = try await SQLiteFixture(at: directory).subject()
            for number in 0..<20 {
                _ = try await subject.store.record(subject.delivery("evt_\(number)"))
            }
            kill(getpid(), SIGKILL)
        }

        let subject = try await reopened()
        #expect(try subject.store.unchosenEvents(after: 0, limit: 99).count == 20)
    }

    @Test func `after settling has answered, effect, outcome and run are there`() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [directory = fixture.directory as String] in
            let subject = try await SQLiteFixture(at: directory).subject()
            let run = try await subject.started("evt_1")
            _ = try await subject.settled(
                .effect(subject.ref(run), subject.call("a"), decide: StoreSubject.succeed)
            )
            kill(getpid(), SIGKILL)
        }

        let subject = try await reopened()
        #expect(try subject.balance(of: "a") == .integer(5))
        #expect(try subject.status(ofEvent: "evt_1") == .done)
        #expect(try subject.store.dueRuns(at: subject.clock.now, after: RunID(0), limit: 9).isEmpty)
    }

    @Test func `between acting and settling, the run is found running`() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [directory = fixture.directory as String] in
            let subject = try await SQLiteFixture(at: directory).subject()
            let run = try await subject.started("evt_1")
            _ = try await subject.settled(.began(subject.ref(run, step: "mail")))
            kill(getpid(), SIGKILL)
        }

        let subject = try await reopened()
        let run = try #require(try subject.store.interruptedRuns().first)
        #expect(run.attempts == 1)
        #expect(run.event.id.text == "evt_1")
    }

    @Test(arguments: 1...6)
    func `in the middle of everything, what was answered is there and nothing is there by half`(
        round: Int
    ) async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [directory = fixture.directory as String, round] in
            try await BusyProcess.work(in: directory, killedAfter: .milliseconds(40 * round))
        }

        let subject = try await reopened()
        let text = try String(contentsOfFile: fixture.directory + "/answered", encoding: .utf8)
        let answered = text.split(separator: "\n").map(String.init)
        for id in answered {
            #expect(try subject.status(ofEvent: id) != nil, "\(id) was acknowledged and is lost")
        }
        let steps = try subject.value("(SELECT count(*) FROM step_runs WHERE status = 'done')")
        let uses = try subject.value("(SELECT coalesce(sum(uses), 0) FROM tills)")
        let keys = try subject.value("(SELECT count(*) FROM idempotency_keys)")
        #expect(steps == uses)
        #expect(steps == keys)
        #expect(!answered.isEmpty)
    }
}

/// What the process that is killed does.
enum BusyProcess {
    /// Records and settles from many tasks, notes every acknowledged event in a file, and is
    /// killed.
    static func work(in directory: String, killedAfter time: Duration) async throws {
        let subject = try await SQLiteFixture(at: directory).subject()
        // Appending is atomic, and what was written survives the process.
        let notes = open(directory + "/answered", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for number in 0..<1_000_000 {
                        let id = "evt_\(worker)_\(number)"
                        _ = try await subject.store.record(subject.delivery(id))
                        let line = Array("\(id)\n".utf8)
                        write(notes, line, line.count)
                    }
                }
            }
            group.addTask { try await settle(subject) }
            group.addTask {
                while lseek(notes, 0, SEEK_END) == 0 { await Task.yield() }
                try await ContinuousClock().sleep(for: time)
                kill(getpid(), SIGKILL)
            }
            try await group.waitForAll()
        }
    }

    /// Chooses and walks whatever was recorded.
    private static func settle(_ subject: StoreSubject) async throws {
        var last: Int64 = 0
        while true {
            let events = try subject.store.unchosenEvents(after: last, limit: 64)
            last = events.last?.sequence ?? last
            let chosen = events.map { event in
                Settlement.chosen(
                    event,
                    [
                        NewRun(
                            id: subject.store.reserveRunID(),
                            workflow: StoreSubject.workflow,
                            version: subject.versions[0]
                        )
                    ]
                )
            }
            _ = try await subject.store.settle(chosen)
            let due = try subject.store.dueRuns(at: subject.clock.now, after: RunID(0), limit: 64)
            let effects = due.map { run in
                Settlement.effect(
                    subject.ref(run),
                    subject.call("till", 1),
                    decide: StoreSubject.succeed
                )
            }
            _ = try await subject.store.settle(effects)
            await Task.yield()
        }
    }
}
