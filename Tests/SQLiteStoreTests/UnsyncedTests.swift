import Model
import PowerLossVFS
import Store
import TestKit
import Testing

@testable import SQLiteStore

/// Which commits wait for the disk; each test has a process of its own, because the VFS is the
/// whole process's.
@Suite struct `What waits for the disk` {
    @Test func `whatever somebody is told of, and all before it`() async throws {
        await #expect(processExitsWith: .success) {
            let (fixture, desk, subject, runs) = try await Self.desk(runs: 4)
            func load(_ batches: [ArraySlice<Settlement>]) -> Load {
                var load = Load()
                load.batches = batches
                return load
            }
            let step = subject.ref(runs[0], step: "mail")
            let done = StepOutcome.done(Fields())
            var (delivery, errand) = (Load(), Load())
            delivery.deliveries = [subject.delivery("evt_new")]
            errand.errands = [.audit(AuditEntry(actor: "a", action: "b", at: fixture.clock.now))]
            let told = [
                load([[.began(step)]]),
                load([[.ended(step, done, StoreSubject.succeed(done))]]),
                delivery, errand,
            ]
            for (run, next) in zip(runs, told) {
                let call = subject.call("till")
                let effect = Settlement.effect(
                    subject.ref(run, step: "pay"),
                    call,
                    decide: { _ in RunChange(status: .pending, position: .start) }
                )
                _ = try desk.commit(load([[effect]])).settled[0].get()
                #expect(power_loss_unsynced() > 0)
                #expect(desk.syncTime != nil)

                #expect(desk.commit(next).broken == nil)
                #expect(power_loss_unsynced() == 0)
                #expect(desk.syncTime == nil)
            }
        }
    }

    @Test func `a refused wish writes nothing, and so takes nothing along`() async throws {
        await #expect(processExitsWith: .success) {
            let (fixture, desk, subject, runs) = try await Self.desk(runs: 1)
            var (effect, wish) = (Load(), Load())
            effect.batches = [
                [.effect(subject.ref(runs[0]), subject.call("till"), decide: StoreSubject.succeed)]
            ]
            wish.errands = [
                .cancel(RunID(1 << 40), reason: "r", actor: "a", now: fixture.clock.now)
            ]
            _ = try desk.commit(effect).settled[0].get()

            guard case .failure(.refused) = desk.commit(wish).errands[0] else {
                throw ContractBreach("a run that is not there was cancelled")
            }
            #expect(power_loss_unsynced() > 0)
            #expect(desk.syncTime != nil)
        }
    }

    @Test func `the rest is there when it is asked for, and says so where it cannot be`()
        async throws
    {
        await #expect(processExitsWith: .success) {
            let (fixture, desk, subject, runs) = try await Self.desk(runs: 2)
            for run in runs {
                var load = Load()
                load.batches = [
                    [.effect(subject.ref(run), subject.call("till"), decide: StoreSubject.succeed)]
                ]
                _ = try desk.commit(load).settled[0].get()
                #expect(power_loss_unsynced() > 0)
                if run.id == runs[0].id {
                    #expect(desk.sync() == nil)
                    #expect(power_loss_unsynced() == 0)
                }
            }
            // Whoever keeps the end of the audit log outside must not be ahead of the disk.
            let reader = try SQLiteReader.open(directory: fixture.directory)
            _ = try reader.auditCheckpoint()
            #expect(power_loss_unsynced() == 0)

            power_loss_arm(1)
            let failure = desk.sync()
            guard case .broken = failure else {
                throw ContractBreach("without power it says \(String(describing: failure))")
            }
        }
    }

    @Test func `the rest is on disk a moment later without anybody's asking`() async throws {
        await #expect(processExitsWith: .success) {
            power_loss_enter(0)
            let fixture = SQLiteFixture()
            let subject = try await fixture.subject()
            let run = try await subject.started("evt_1")
            let effect = Settlement.effect(
                subject.ref(run),
                subject.call("till"),
                decide: StoreSubject.succeed
            )
            _ = try await subject.settled(effect)
            let begin = ContinuousClock.now
            while power_loss_unsynced() > 0, ContinuousClock.now < begin + .seconds(10) {
                await Task.yield()
            }
            #expect(power_loss_unsynced() == 0)
            await (subject.store as? SQLiteMemory)?.close()
        }
    }

    /// A desk over a database in which so many runs wait at their first step.
    private static func desk(
        runs count: Int
    ) async throws -> (SQLiteFixture, Desk, StoreSubject, [StoredRun]) {
        power_loss_enter(0)
        let fixture = SQLiteFixture()
        let subject = try await fixture.subject()
        var runs: [StoredRun] = []
        for number in 0..<count { runs.append(try await subject.started("evt_\(number)")) }
        await (subject.store as? SQLiteMemory)?.close()
        let connection = try Connection(path: fixture.path, .writing)
        try Durability.full.request(on: connection)
        return (fixture, try Desk(connection: connection, clock: fixture.clock.wall), subject, runs)
    }
}
