import Foundation
import Testing

@testable import SQLiteStore

@Suite struct `Power loss` {
    /// The seed of all runs; `TILL_SEED` repeats one.
    private static let seed =
        UInt64(ProcessInfo.processInfo.environment["TILL_SEED"] ?? "")
        ?? UInt64.random(in: 0..<1_000_000)

    /// How many times power fails; `TILL_POWER_CYCLES` names another number.
    private static let cycles =
        Int(ProcessInfo.processInfo.environment["TILL_POWER_CYCLES"] ?? "") ?? 100

    @Test func `takes nothing with it that was acknowledged`() async throws {
        let result = try await #require(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) { [seed = Self.seed as UInt64, cycles = Self.cycles as Int] in
            let tally = try await PowerLoss(seed, .hasty).run(cycles: cycles)
            print("figure: \(tally)")
            #expect(tally.damage.isEmpty)
            // Cycles that lose or check-point nothing would show nothing.
            #expect(tally.receipts > cycles && tally.settled > cycles && tally.sectors > cycles)
            #expect(tally.checkpoints > 0 && tally.restarts > 0)
        }
        print(String(decoding: result.standardOutputContent, as: UTF8.self))
    }

    @Test func `is seen where commits are not synced, so these tests are not blind`() async throws {
        await #expect(processExitsWith: .success) { [seed = Self.seed as UInt64] in
            let tally = try await PowerLoss(seed, .normal).run(cycles: 20)
            #expect(!tally.damage.isEmpty, "\(tally)")
        }
    }

    @Test func `is seen where the disk says that it synced and did not`() async throws {
        await #expect(processExitsWith: .success) { [seed = Self.seed as UInt64] in
            let tally = try await PowerLoss(seed, .full, isDeaf: true).run(cycles: 20)
            #expect(!tally.damage.isEmpty, "\(tally)")
        }
    }
}

extension Durability {
    /// What Till must never run with.
    static let normal = Durability(synchronous: ("NORMAL", "1"))

    /// As in Till, with a log that is moved and begun anew all the time.
    static let hasty = Durability(
        synchronous: ("FULL", "2"),
        checkpointPages: 20,
        logPages: 60
    )
}
