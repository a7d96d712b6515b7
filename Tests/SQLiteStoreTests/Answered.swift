import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

/// What the store has acknowledged, as those remember it who asked.
struct Answered: Sendable {
    /// The events whose deliveries were answered.
    var events: Set<String> = []
    /// The keys of the steps whose ends were answered and must be on disk.
    var keys: Set<String> = []
    /// The keys of those whose ends may be lost still, in order.
    private(set) var loose: [String] = []
    private var firm = 0

    /// How much of each.
    var count: (receipts: Int, settled: Int) { (events.count, keys.count) }

    /// Steps that touched only the database were answered.
    mutating func add(loose keys: [String]) { loose += keys }

    /// So many of those were answered before something that is on disk was even asked for.
    mutating func settle(_ count: Int) {
        guard count > firm else { return }
        keys.formUnion(loose[firm..<count])
        firm = count
    }

    /// Power failed: nobody may rely on the rest.
    mutating func forgetLoose() {
        loose = []
        firm = 0
    }

    /// What a database lacks of it, or holds by half; it is opened as Till opens it.
    func damage(in fixture: SQLiteFixture) async throws -> [String] {
        let memory = try fixture.open()
        var damage: [String] = []
        let connection = try Connection(path: fixture.path, .reading)
        let integrity = try connection.text("PRAGMA integrity_check") ?? "nothing"
        if integrity != "ok" { damage.append("integrity_check: \(integrity)") }
        if let table = try connection.text("PRAGMA foreign_key_check") {
            damage.append("a row of \(table) points to none")
        }
        if let bad = try AuditVerifier.verify(databasePath: fixture.path).firstBad {
            damage.append("audit row \(bad.sequence): \(bad.reason)")
        }
        let lost = events.subtracting(try column("id FROM webhook_events", on: connection))
        if !lost.isEmpty { damage.append("\(lost.count) events lost: \(lost.prefix(3))") }
        // The business table is not there where power failed before it was first made.
        if try connection.number("SELECT count(*) FROM sqlite_schema WHERE name = 'tills'") == 1 {
            let undone = keys.subtracting(
                try column("key FROM idempotency_keys WHERE outcome = 'done'", on: connection)
            )
            if !undone.isEmpty { damage.append("\(undone.count) settlements lost") }
            let uses = try connection.number("SELECT coalesce(sum(uses), 0) FROM tills")
            let halves = [
                ("FROM step_runs WHERE step = 'pay' AND status = 'done'", uses),
                (
                    "FROM idempotency_keys WHERE outcome = 'done'",
                    try connection.number("SELECT count(*) FROM step_runs WHERE status = 'done'")
                ),
                (
                    "FROM workflow_runs WHERE status = 'succeeded'",
                    try connection.number("SELECT count(*) FROM step_runs WHERE status = 'done'")
                ),
            ]
            for (rows, wanted) in halves {
                let found = try connection.number("SELECT count(*) \(rows)")
                if found != wanted { damage.append("\(rows): \(found ?? 0), not \(wanted ?? 0)") }
            }
        } else if !keys.isEmpty {
            damage.append("all settlements lost")
        }
        await memory.close()
        return damage
    }

    private func column(_ rows: String, on connection: Connection) throws -> Set<String> {
        let select = try #require(try connection.prepare("SELECT \(rows)", from: 0).statement)
        var texts: Set<String> = []
        while try select.step() { texts.insert(select.text(0)) }
        return texts
    }
}
