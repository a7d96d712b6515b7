import Engine
import Logging
import Model
import SQLiteStore
import Store
import Synchronization

/// Reads settings, plugins and workflows again and puts them in force together, or changes nothing.
///
/// Reloads wait for each other in the order they were asked for.
actor Reloader {
    /// What a reload reads and what it acts on.
    struct Parts: Sendable {
        /// Reads the settings from all their sources.
        var readSettings: @Sendable () throws -> Settings
        /// Reads and checks plugins and workflows, without any effect.
        var checkRules: @Sendable (Settings) throws -> Void
        /// Reads and checks plugins and workflows for those settings, as that generation.
        var loadRules: @Sendable (Settings, _ generation: Int) async throws -> Playbook
        /// Puts checked settings and rules in force; cannot fail.
        var apply: @Sendable (Settings, Playbook) -> Void
        /// Writes the audit row.
        var audit: @Sendable (AuditEntry) async throws -> Void
        /// The wall clock.
        var clock: WallClock
        /// Where the result is told.
        var logger: Logger
        /// Where systemd is told.
        var notifier: ServiceNotifier

        /// The parts of the daemon itself.
        init(
            _ start: Start,
            _ loading: RuleLoading,
            apply: @escaping @Sendable (Settings, Playbook) -> Void,
            logger: Logger,
            notifier: ServiceNotifier
        ) {
            readSettings = { try start.settings() }
            checkRules = { _ = try loading.read($0) }
            loadRules = { try await loading.load($0, generation: $1) }
            audit = { try await loading.memory.audit($0) }
            self.apply = apply
            clock = start.clock
            self.logger = logger
            self.notifier = notifier
        }
    }

    private let parts: Parts
    private let inForce: Mutex<InForce>
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Begins with what the start put in force.
    init(parts: Parts, inForce: InForce) {
        self.parts = parts
        self.inForce = Mutex(inForce)
    }

    /// What is in force now.
    nonisolated var current: InForce { inForce.withLock { $0 } }

    /// Reloads once; waits for reloads under way.
    ///
    /// - Parameter who: Who asked, for the audit log.
    /// - Returns: What came of it.
    func reload(by who: String) async -> ReloadReport {
        if isBusy {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isBusy = true
        }
        parts.notifier.reloading()
        var report = await attempt()
        do {
            try await parts.audit(report.auditEntry(actor: who))
        } catch {
            parts.logger.error("reload not audited", metadata: ["error": "\(error)"])
            report.warnings.append("the audit row could not be written: \(error)")
        }
        tell(report, who)
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
        return report
    }

    private func attempt() async -> ReloadReport {
        let old = current
        let read: Settings
        do {
            read = try parts.readSettings()
        } catch {
            let found = mistakes(behind: error)
            let more = ruleMistakes(old.settings).filter { !found.contains($0) }
            return refused(found + more, old)
        }
        do {
            let changes = old.settings.changes(to: read)
            let settings = read.keepingWhatNeedsRestart(of: old.settings)
            let playbook = try await parts.loadRules(settings, old.playbook.generation + 1)
            var report = ReloadReport(playbook, settings, at: parts.clock())
            report.changed = changes.live
            report.needsRestart = changes.needsRestart
            report.warnings =
                read.warnings
                + RuleWarnings.of(playbook.rules.map(\.workflow), settings.endpoints)
            let done = report
            #if DEBUG
            CrashPoint.pass(.beforeSwap)
            defer { CrashPoint.pass(.afterSwap) }
            #endif
            inForce.withLock {
                parts.apply(settings, playbook)
                $0 = InForce(
                    settings: settings,
                    playbook: playbook,
                    lastReport: done,
                    lastApplied: done
                )
            }
            return done
        } catch {
            return refused(mistakes(behind: error), old)
        }
    }

    /// Nothing changes, and the mistakes are told.
    private func refused(_ mistakes: [String], _ old: InForce) -> ReloadReport {
        var report = old.lastApplied
        report.applied = false
        report.changed = []
        report.needsRestart = []
        report.mistakes = mistakes
        report.at = parts.clock().milliseconds
        let done = report
        inForce.withLock { $0.lastReport = done }
        return done
    }

    /// What is wrong with the rules beside unreadable settings, checked with those in force.
    private func ruleMistakes(_ settings: Settings) -> [String] {
        do {
            try parts.checkRules(settings)
            return []
        } catch let found as Mistakes {
            return mistakes(behind: found)
        } catch {
            let place = SourcePlace(file: settings.workflows, line: 1, column: 1)
            return ["\(Mistake("\(error)", at: place))"]
        }
    }

    private func mistakes(behind error: any Error) -> [String] {
        (error as? Mistakes)?.all.map(\.description) ?? ["\(error)"]
    }

    private func tell(_ report: ReloadReport, _ who: String) {
        var metadata: Logger.Metadata = [
            "generation": "\(report.generation)", "hash": "\(report.hash.prefix(12))",
            "actor": "\(who)",
        ]
        guard report.applied else {
            metadata["mistakes"] = "\(report.mistakes.count)"
            parts.logger.error("reload refused, nothing has changed", metadata: metadata)
            for mistake in report.mistakes {
                parts.logger.error("mistake", metadata: ["detail": "\(mistake)"])
            }
            parts.notifier.ready("the last reload was refused; generation \(report.generation)")
            return
        }
        metadata["workflows"] = "\(report.workflows)"
        metadata["plugins"] = "\(report.plugins)"
        metadata["changed"] = "\(report.changed.joined(separator: " "))"
        parts.logger.notice("reload applied", metadata: metadata)
        if !report.needsRestart.isEmpty {
            parts.logger.warning(
                "settings changed that need a restart",
                metadata: ["settings": "\(report.needsRestart.joined(separator: " "))"]
            )
        }
        parts.notifier.ready(report.statusLine)
    }
}
