import Admin
import Engine
import Glibc
package import Model
import SQLiteStore
import Store
import Workflows

extension Till: ControlDesk {
    /// Dead runs looked at for one wish.
    private static let deadLimit = 1000

    package var version: String { TillVersion.text }

    /// The public listener's address as it is.
    var listenAddress: HostPort {
        var address = reloader.current.settings.listen
        address.port = addresses.listenPort ?? address.port
        return address
    }

    /// The admin listener's address as it is.
    var adminAddress: HostPort {
        var address = reloader.current.settings.adminListen
        address.port = addresses.adminPort ?? address.port
        return address
    }

    package func status() throws -> StatusReport {
        let inForce = reloader.current
        let runs = try store.memory.reader.runCounts()
        let events = try store.memory.reader.eventCounts()
        let readiness = board.readiness
        var reason: String?
        if case .unready(let why) = readiness { reason = why }
        return StatusReport(
            version: version,
            pid: getpid(),
            startedAt: startedAt.milliseconds,
            ready: readiness == .ready,
            reason: reason,
            listen: listenAddress.description,
            adminListen: adminAddress.description,
            state: inForce.settings.state,
            config: start.config,
            lastReload: inForce.lastReport,
            runs: Dictionary(uniqueKeysWithValues: runs.map { ($0.rawValue, $1) }),
            events: Dictionary(uniqueKeysWithValues: events.map { ($0.rawValue, $1) }),
            oldestRunSeconds: gauges.age(of: try store.memory.reader.openRuns()),
            databaseBytes: gauges.databaseBytes,
            walBytes: gauges.walBytes
        )
    }

    package func reload(actor: String) async -> ReloadReport {
        await reloader.reload(by: actor)
    }

    package func retry(_ run: RunID, _ wish: RetryWish) async throws -> RetryReport {
        guard let row = try store.memory.reader.run(run)?.row else {
            throw ControlRefusal("there is no run \(run); see: till runs ls")
        }
        do throws(StoreFailure) {
            try await grant(row, wish)
        } catch {
            throw ControlRefusal("\(error)")
        }
        return RetryReport(retried: [run.number])
    }

    package func retryDead(_ wish: RetryWish) async throws -> RetryReport {
        var report = RetryReport(retried: [])
        let rows = try store.memory.reader.runs(
            RunFilter(statuses: [.dead], workflow: wish.workflow, limit: Self.deadLimit)
        )
        for row in rows.reversed() {
            do throws(StoreFailure) {
                try await grant(row, wish)
                report.retried.append(row.id.number)
            } catch {
                report.refused.append(
                    RetryReport.Refusal(run: row.id.number, reason: "\(error)")
                )
            }
        }
        return report
    }

    /// Lets a run walk again, pinned to the version that was wished for.
    private func grant(_ row: RunRow, _ wish: RetryWish) async throws(StoreFailure) {
        var version = row.version
        if wish.version == .current {
            let rules = reloader.current.playbook.rules
            guard let rule = rules.first(where: { $0.workflow.name == row.workflow }) else {
                throw .refused("no workflow in force is named \(row.workflow)")
            }
            version = rule.version
        }
        try await store.memory.retry(
            row.id,
            version: version,
            fromStart: wish.from == .start,
            actor: ControlWish.sound(wish.actor),
            at: start.clock()
        )
    }
}
