import CSQLite
import Glibc
package import Model
package import Store

/// Copies of the database: made while Till serves, checked, put back.
package enum Backup {
    /// Copies the database of a state directory, as of one moment, whether a daemon writes or not.
    ///
    /// It goes through a connection that only reads, so the live files are not touched. The copy is
    /// checked, synced, and only then gets its name.
    ///
    /// - Parameters:
    ///   - directory: The state directory.
    ///   - path: The file to make.
    /// - Returns: What is in it.
    /// - Throws: ``BackupFailure``; nothing is left behind then.
    package static func create(
        of directory: String,
        at path: String
    ) throws(BackupFailure) -> BackupReport {
        let source = directory + "/till.db"
        guard access(source, F_OK) == 0 else { throw .missing(path: source) }
        guard access(path, F_OK) != 0 else { throw .inTheWay(path: path) }
        let part = path + ".part"
        unlink(part)
        do throws(BackupFailure) {
            try copy(source, to: part)
            let report = try verify(part, named: path)
            try DurableFile.sync(part)
            try DurableFile.rename(part, to: path)
            return report
        } catch {
            unlink(part)
            throw error
        }
    }

    /// Checks a backup from its first page to its last: database, references, audit log.
    ///
    /// - Parameters:
    ///   - path: The file; it is only read.
    ///   - checkpoints: Ends of the audit log that were kept elsewhere.
    /// - Returns: What is in it.
    /// - Throws: ``BackupFailure`` with all that is wrong.
    package static func verify(
        _ path: String,
        against checkpoints: [AuditCheckpoint] = []
    ) throws(BackupFailure) -> BackupReport {
        try verify(path, named: path, against: checkpoints)
    }

    /// Puts a backup in the place of a state directory's database.
    ///
    /// - Parameters:
    ///   - path: The backup; it stays.
    ///   - directory: The state directory, in which no daemon runs; made where it is missing.
    ///   - isForced: Whether a database that is there may be put aside.
    ///   - now: The time, for the name of what is put aside.
    /// - Returns: What was restored, and where the old database is now.
    /// - Throws: ``BackupFailure``, or ``OpeningFailure`` where a daemon runs; nothing is changed
    ///   then.
    package static func restore(
        _ path: String,
        into directory: String,
        isForced: Bool,
        at now: Timestamp
    ) throws -> (report: BackupReport, putAside: String?) {
        let report = try verify(path, named: path)
        try StateDirectory.make(directory)
        let lock = try StateLock.take(directory: directory)
        defer { withExtendedLifetime(lock) {} }
        let database = directory + "/till.db"
        // A log without its database would be taken for the new one's.
        let old = ["", "-wal", "-shm"].filter { access(database + $0, F_OK) == 0 }
        guard old.isEmpty || isForced else { throw BackupFailure.inTheWay(path: database) }
        let part = database + ".part"
        unlink(part)
        try DurableFile.copy(path, to: part)
        let aside = database + ".before-restore-\(now.milliseconds)"
        for ending in old { try DurableFile.rename(database + ending, to: aside + ending) }
        try DurableFile.rename(part, to: database)
        return (report, old.isEmpty ? nil : aside)
    }

    /// Writes the database's rows into a file of their own.
    private static func copy(_ source: String, to part: String) throws(BackupFailure) {
        do {
            try StateDirectory.makeFile(part)
            let connection = try Connection(path: source, .reading)
            // VACUUM INTO attaches its target; nothing else may be attached anywhere.
            sqlite3_limit(connection.handle, SQLITE_LIMIT_ATTACHED, 1)
            guard let vacuum = try connection.prepare("VACUUM INTO ?1", from: 0).statement else {
                return
            }
            vacuum.bind(1, part)
            try vacuum.run()
        } catch let fault as SQLFault where fault.isDamage {
            throw .broken(path: source, problems: [fault.description])
        } catch {
            throw .failed(path: part, detail: "\(error)")
        }
    }

    private static func verify(
        _ path: String,
        named name: String,
        against checkpoints: [AuditCheckpoint] = []
    ) throws(BackupFailure) -> BackupReport {
        guard let bytes = DurableFile.size(of: path) else { throw .missing(path: name) }
        do {
            let connection = try Connection(path: path, .reading)
            let schema = try connection.number("PRAGMA user_version") ?? 0
            let known = Int64(CoreSchema.versions.count)
            let mark = try connection.number("PRAGMA application_id") ?? 0
            guard mark == CoreSchema.applicationID, schema > 0 else {
                throw BackupFailure.broken(path: name, problems: ["it is no database of Till"])
            }
            guard schema <= known else {
                throw BackupFailure.newer(path: name, found: schema, known: known)
            }
            let problems = try DatabaseCheck.problems(on: connection, isQuick: false)
            guard problems.isEmpty else {
                throw BackupFailure.broken(path: name, problems: problems)
            }
            let audit = try AuditVerifier.verify(on: connection, against: checkpoints)
            if let flaw = audit.firstBad {
                let problem = "audit row \(flaw.sequence) is not as Till wrote it: \(flaw.reason)"
                throw BackupFailure.broken(path: name, problems: [problem])
            }
            return BackupReport(
                path: name,
                bytes: bytes,
                schema: schema,
                events: try connection.number("SELECT count(*) FROM webhook_events") ?? 0,
                runs: try connection.number("SELECT count(*) FROM workflow_runs") ?? 0,
                audit: audit
            )
        } catch let failure as BackupFailure {
            throw failure
        } catch let fault as SQLFault where fault.isDamage {
            throw .broken(path: name, problems: [fault.description])
        } catch {
            throw .failed(path: name, detail: "\(error)")
        }
    }
}
