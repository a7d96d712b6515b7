import Daemon
import Glibc
import Model
import SQLiteStore
import Store

/// Looks at a state folder and its daemon, and says of each thing whether a person has to act.
struct Doctor {
    /// The state folder.
    let state: String
    /// The time.
    let now: Timestamp
    /// Whether indexes are taken for right.
    let isQuick: Bool

    private static let day: Int64 = 86_400
    /// Space below which a disk is about to be full.
    private static let leastSpace: Int64 = 1 << 30
    /// A log that long is held by somebody.
    private static let longLog: Int64 = 256 << 20

    /// The files, the database and what is on record in it.
    func files() -> [Finding] {
        let database = PathText.join(state, "till.db")
        guard access(database, F_OK) == 0 else {
            return [
                Finding(
                    "state",
                    .bad,
                    "there is no database in \(state)",
                    advice: "start Till once with `till serve`, or name the right folder: --state"
                )
            ]
        }
        let facts = DatabaseFacts.look(at: database, isQuick: isQuick)
        return [rights(of: database), space(), log(), stop()] + integrity(facts) + library(facts)
    }

    /// What the daemon says of itself.
    static func daemon(_ report: StatusReport) -> [Finding] {
        var found = [
            report.ready
                ? Finding("daemon", .ok, "takes deliveries, process \(report.pid)")
                : Finding(
                    "daemon",
                    .bad,
                    "takes no deliveries: \(report.reason ?? "unknown")",
                    advice: "see its log"
                )
        ]
        let reload = report.lastReload
        found.append(
            reload.applied
                ? Finding("rules", .ok, "generation \(reload.generation)")
                : Finding(
                    "rules",
                    .warning,
                    "the last reload was refused: \(reload.mistakes.first ?? "")",
                    advice: "mend it, then `till reload`; `till check` shows every mistake"
                )
        )
        return found
    }

    /// The runs and events that may wait for a person.
    func work(_ reader: SQLiteReader) throws(StoreFailure) -> [Finding] {
        let open = try reader.openRuns()
        func age(_ status: RunStatus) -> Int64 {
            open.oldestByStatus[status].map { max(0, now.since($0).components.seconds) } ?? 0
        }
        func finding(_ status: RunStatus, after limit: Int64, _ advice: String) -> Finding {
            let count = open.counts[status] ?? 0
            let text = count == 0 ? "none" : "\(count), oldest \(Shown.span(seconds: age(status)))"
            let isFine = count == 0 || age(status) < limit
            return Finding(
                "runs \(status.rawValue)",
                isFine ? .ok : .warning,
                text,
                advice: isFine ? nil : advice
            )
        }
        let list = "see `till runs ls --status"
        let held = try reader.eventCounts()[.held] ?? 0
        return [
            finding(.unsure, after: 0, "\(list) unsure`, then `till runs resolve`"),
            finding(.dead, after: 0, "`till dead ls`; `till dead retry` or `till runs cancel`"),
            finding(.waiting, after: Self.day, "\(list) waiting`; it may never come"),
            finding(.pending, after: 600, "\(list) pending`; is the daemon running?"),
            finding(.running, after: 600, "\(list) running`; a peer may hang"),
            held == 0
                ? Finding("events held", .ok, "none")
                : Finding(
                    "events held",
                    .warning,
                    "\(held)",
                    advice: "see why: `till events ls --status held`; then `till events release`"
                ),
        ]
    }

    /// When the last backup was made, as far as the audit log knows.
    func backup(_ reader: SQLiteReader) throws(StoreFailure) -> Finding {
        let last = try reader.auditRows(AuditFilter(action: BackupNote.created, limit: 1)).first
        guard let last else {
            return Finding(
                "backup",
                .warning,
                "none is on record",
                advice: "`till backup create`, daily, onto another disk"
            )
        }
        let age = max(0, now.since(last.entry.at).components.seconds)
        let isOld = age > 2 * Self.day
        return Finding(
            "backup",
            isOld ? .warning : .ok,
            "the last one on record is \(Shown.span(seconds: age)) old",
            advice: isOld ? "`till backup create`" : nil
        )
    }

    private func rights(of database: String) -> Finding {
        for path in [state, database] {
            var about = stat()
            guard stat(path, &about) == 0, about.st_mode & 0o077 != 0 else { continue }
            let mode = String(about.st_mode & 0o777, radix: 8)
            return Finding(
                "rights",
                .warning,
                "\(path) has mode \(mode), others may look into it",
                advice: "chmod go= \(path)"
            )
        }
        return Finding("rights", .ok, "only the owner may look into it")
    }

    private func space() -> Finding {
        var about = statvfs()
        guard statvfs(state, &about) == 0 else {
            let reason = String(cString: strerror(errno))
            return Finding("disk", .bad, reason, advice: "look at \(state)")
        }
        let free = Int64(about.f_bavail) * Int64(about.f_frsize)
        let isLow = free < Self.leastSpace
        return Finding(
            "disk",
            free < Self.leastSpace / 16 ? .bad : isLow ? .warning : .ok,
            "\(Shown.size(free)) free",
            advice: isLow ? "free some space; a full disk is answered with 503" : nil
        )
    }

    private func log() -> Finding {
        var about = stat()
        let path = PathText.join(state, "till.db-wal")
        let size = stat(path, &about) == 0 ? Int64(about.st_size) : 0
        let isLong = size > Self.longLog
        return Finding(
            "log of the database",
            isLong ? .warning : .ok,
            Shown.size(size),
            advice: isLong ? "somebody reads the database for long; end that program" : nil
        )
    }

    private func stop() -> Finding {
        let stands = access(PathText.join(state, "till.running"), F_OK) == 0
        let isHeld = StateLock.holder(directory: state) != nil
        if stands, !isHeld {
            return Finding(
                "last stop",
                .warning,
                "Till ended without a stop",
                advice: "see its log and the system's; the next start walks with care"
            )
        }
        return Finding("last stop", .ok, isHeld ? "Till is running" : "in order")
    }

    private func integrity(_ facts: DatabaseFacts) -> [Finding] {
        var found = facts.problems.map {
            Finding("database", .bad, $0, advice: "stop Till, keep the files, restore a backup")
        }
        if found.isEmpty {
            let free = ", \(Shown.size(facts.freeBytes)) to be used again"
            found = [Finding("database", .ok, (isQuick ? "quickly checked" : "whole") + free)]
        }
        if let flaw = facts.audit?.firstBad {
            found.append(
                Finding(
                    "audit log",
                    .bad,
                    "row \(flaw.sequence) is not as Till wrote it: \(flaw.reason)",
                    advice: "keep the file and compare it with a backup"
                )
            )
        } else if let audit = facts.audit {
            found.append(Finding("audit log", .ok, "whole, \(audit.rows) rows"))
        }
        return found
    }

    private func library(_ facts: DatabaseFacts) -> [Finding] {
        let schema =
            facts.schema.found > facts.schema.known
            ? Finding(
                "schema",
                .bad,
                "\(facts.schema.found), this Till knows up to \(facts.schema.known)",
                advice: "use a newer Till"
            ) : Finding("schema", .ok, "\(facts.schema.found) of \(facts.schema.known)")
        let warning = "; nothing but Till may write this database (a bug of SQLite before 3.51.3)"
        let isLate = (facts.clockLag ?? 0) > 5
        return [
            schema,
            Finding("SQLite", .ok, facts.sqliteVersion + (facts.hasLogResetBug ? warning : "")),
            facts.journalMode == "wal"
                ? Finding("journal", .ok, "wal")
                : Finding(
                    "journal",
                    .warning,
                    facts.journalMode,
                    advice: "the next start sets it; if it does not, the disk is not a local one"
                ),
            Finding(
                "clock",
                isLate ? .warning : .ok,
                isLate
                    ? "events came \(facts.clockLag ?? 0) s before Stripe made them"
                    : facts.clockLag == nil ? "no event to compare with" : "agrees with Stripe's",
                advice: isLate ? "this machine's clock is behind; switch on NTP" : nil
            ),
        ]
    }
}
