import Foundation
import Model
import PowerLossVFS
import Store
import Synchronization
import TestKit

@testable import SQLiteStore

/// Power failures one after the other under the real store, in a process of their own: the VFS is
/// the whole process's.
final class PowerLoss {
    /// What was acknowledged and is gone, and how much was tried.
    struct Tally: CustomStringConvertible {
        /// How often power failed.
        var cycles = 0
        /// Deliveries that were answered *stored* or *duplicate*.
        var receipts = 0
        /// Settlements that were answered.
        var settled = 0
        /// How often the log had been moved into the database file before power failed.
        var checkpoints = 0
        /// How often the log was begun anew.
        var restarts = 0
        /// Sectors that were written and not on the disk.
        var sectors: Int64 = 0
        /// What must not be.
        var damage: [String] = []

        var description: String {
            "\(cycles) power failures, \(receipts) receipts, \(settled) settlements, "
                + "\(checkpoints) cycles with check-points, \(restarts) logs begun anew, "
                + "\(sectors) sectors lost, "
                + "\(damage.count) broken promises \(damage.prefix(3))"
        }
    }

    private var dice: SplitMix
    private let durability: Durability
    private let isDeaf: Bool
    private var tally = Tally()

    /// Prepares failures from a seed, with these settings of the store.
    init(_ seed: UInt64, _ durability: Durability, isDeaf: Bool = false) {
        print("TILL_SEED=\(seed)")
        dice = SplitMix(state: seed)
        self.durability = durability
        self.isDeaf = isDeaf
    }

    /// Lets power fail so often; a database lives through several failures.
    func run(cycles: Int) async throws -> Tally {
        var fixture = SQLiteFixture()
        var answered = Answered()
        for cycle in 0..<cycles {
            if cycle.isMultiple(of: 5) || !tally.damage.isEmpty {
                (fixture, answered) = (SQLiteFixture(), Answered())
            }
            let failure = "cycle \(cycle)"
            let before = answered.count
            power_loss_enter(isDeaf ? 1 : 0)
            // Most fail in the middle of work, some while the database is opened.
            power_loss_arm(Int64.random(in: 1...(cycle % 4 == 0 ? 300 : 9000), using: &dice))
            let size = max(try Self.size(of: fixture.path), 8192)
            let logs = try fixture.logNumber()
            answered = await PowerLoad(fixture, durability, cycle).work(on: answered)
            // A first page is written at once; more comes from the log only.
            tally.checkpoints += try Self.size(of: fixture.path) > size ? 1 : 0
            tally.restarts += max(0, try fixture.logNumber() - logs)
            tally.sectors += power_loss_settle(dice.next())
            tally.cycles += 1
            tally.receipts += answered.count.receipts - before.receipts
            tally.settled += answered.count.settled - before.settled
            do {
                tally.damage += try await answered.damage(in: fixture).map { "\(failure): \($0)" }
            } catch {
                tally.damage.append("\(failure): \(error)")
            }
        }
        return tally
    }

    private static func size(of path: String) throws -> Int {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
