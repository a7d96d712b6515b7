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

    /// What people wish of runs.
    private var wishes: RunWishes {
        RunWishes(
            memory: store.memory,
            reading: store.memory.reader,
            evaluator: store.memory.expressions,
            playbooks: playbooks,
            clock: start.clock
        )
    }

    package func status() throws -> StatusReport {
        let inForce = reloader.current
        let runs = try store.memory.reader.runCounts()
        let events = try store.memory.reader.eventCounts()
        let open = try store.memory.reader.openRuns()
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
            oldestRunSeconds: gauges.age(of: open),
            oldestSeconds: Dictionary(
                uniqueKeysWithValues: gauges.ages(of: open).map { ($0.rawValue, $1) }
            ),
            databaseBytes: gauges.databaseBytes,
            walBytes: gauges.walBytes
        )
    }

    package func reload(actor: String) async -> ReloadReport {
        await reloader.reload(by: actor)
    }

    package func retry(_ run: RunID, _ wish: RetryWish) async throws -> RetryReport {
        do throws(StoreFailure) {
            try await grant(run, wish)
        } catch {
            throw ControlRefusal(error)
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
                try await grant(row.id, wish)
                report.retried.append(row.id.number)
            } catch {
                report.refused.append(
                    RetryReport.Refusal(run: row.id.number, reason: error.reason)
                )
            }
        }
        return report
    }

    package func resolve(_ run: RunID, _ wish: ResolveWish) async throws -> RunReport {
        guard let verdict = wish.verdict else {
            throw ControlRefusal("say what became of the action: done, failed or retry")
        }
        let reason = try wish.soundReason()
        do throws(StoreFailure) {
            let status = try await wishes.resolve(
                run,
                as: verdict,
                because: reason,
                by: ControlWish.sound(wish.actor)
            )
            return RunReport(run: run.number, status: status.rawValue)
        } catch {
            throw ControlRefusal(error)
        }
    }

    package func cancel(_ run: RunID, _ wish: ResolveWish) async throws -> RunReport {
        let reason = try wish.soundReason()
        do throws(StoreFailure) {
            try await wishes.cancel(run, because: reason, by: ControlWish.sound(wish.actor))
        } catch {
            throw ControlRefusal(error)
        }
        return RunReport(run: run.number, status: RunStatus.skipped.rawValue)
    }

    package func note(_ backup: BackupNote) async throws -> BackupNote {
        do throws(StoreFailure) {
            try await store.memory.audit(backup.entry(at: start.clock()))
        } catch {
            throw ControlRefusal(error)
        }
        return backup
    }

    /// Lets a run walk again, pinned to the version that was wished for.
    private func grant(_ run: RunID, _ wish: RetryWish) async throws(StoreFailure) {
        try await wishes.retry(
            run,
            isCurrent: wish.version == .current,
            fromStart: wish.from == .start,
            by: ControlWish.sound(wish.actor)
        )
    }
}
