import CSQLite
import Model
import Store

/// Where the writer works: the one connection that writes, and the transaction it carries.
///
/// Most loads go through without a savepoint. When a piece of work fails, the transaction is begun
/// again with a savepoint around each, so that only that piece is lost; the pieces before it are
/// written twice, which is cheaper than a savepoint around every piece that succeeds.
final class Desk {
    /// The connection that writes.
    let connection: Connection
    /// The wall clock.
    let clock: WallClock
    /// The end of the audit log and what waits for it.
    var audit: AuditChain
    /// The moment the transaction began.
    var now: Timestamp
    /// Effects by their file, compiled at first use.
    var effects: [SQLFile: CompiledEffect] = [:]
    /// Pages in the write-ahead log after the last commit.
    private let logPages = PageCount()
    /// How many of them are in the database file too.
    private var movedPages = 0
    /// With how many pages the log is next tried to be begun anew.
    private var restartPages: Int
    /// Whether the last load found no space.
    private var isFull = false
    /// Until when the log is left alone: there was no space to begin it anew either.
    private var fullUntil = ContinuousClock.now
    /// Who moves pages.
    private let checkpointer: Checkpointer
    /// The log as a file.
    private let logFile: LogFile
    /// How hard a commit is synced that somebody is told of.
    private let durability: Durability
    /// Whether the next commit is synced.
    private var isSyncing = true
    /// By when what was committed without a sync must be on disk; nil where all of it is.
    private(set) var syncTime: ContinuousClock.Instant?

    /// Whether every piece gets a savepoint.
    private var isCareful = false
    /// Pieces that ended the whole transaction, and how; they are not tried again.
    private var doomed: [Int: SQLFault] = [:]

    /// Why an attempt at a load ended early.
    private enum Setback: Error {
        /// One piece failed; the load is tried again with what is known now.
        case again
        /// Nothing of the load can be written.
        case lost(StoreFailure)
    }

    /// Sits down at an open connection whose schema is up to date.
    init(
        connection: Connection,
        clock: @escaping WallClock,
        durability: Durability = .full
    ) throws(SQLFault) {
        self.connection = connection
        self.durability = durability
        self.clock = clock
        restartPages = durability.logPages
        audit = try AuditChain(from: connection)
        now = clock()
        logFile = LogFile(of: connection.path)
        logPages.watch(connection.handle)
        checkpointer = try Checkpointer(path: connection.path, durability: durability)
    }

    deinit {
        checkpointer.close()
    }

    /// Writes a load in one transaction.
    ///
    /// A load that nobody outside is told of isn't waited for: a power failure takes back the last
    /// moments of the walk, which is then walked again. The next load that is synced takes it
    /// along, or ``sync()``, at ``syncTime`` at the latest.
    ///
    /// - Parameters:
    ///   - load: What to write.
    ///   - isEnough: Asked before each settlement, with the number of those done: whether the rest
    ///     has to wait.
    /// - Returns: What each piece came to that was done, or the same failure for all.
    func commit(_ load: Load, isEnough: (Int) -> Bool = { _ in false }) -> Answers {
        isCareful = false
        doomed = [:]
        while true {
            do throws(Setback) {
                let answers = try attempt(load, isEnough)
                isFull = false
                return answers
            } catch {
                rollback()
                guard case .lost(let failure) = error else { continue }
                if case .full = failure { isFull = true }
                return Answers(failure, for: load)
            }
        }
    }

    /// Syncs what was committed without.
    ///
    /// - Returns: The failure where the disk failed.
    func sync() -> StoreFailure? {
        syncTime = nil
        do throws(SQLFault) {
            try connection.syncLog()
            return nil
        } catch {
            return error.transactionFailure ?? .broken(error.message)
        }
    }

    /// Sees to it that the write-ahead log is moved into the database file, and stays short.
    ///
    /// Most of it is moved beside the writer, which goes on appending. SQLite begins a log anew
    /// only once all of it was moved; so where it is long, or the disk is full, the writer itself
    /// moves the little that came meanwhile. That is after the answers, so that nobody waits for
    /// it.
    ///
    /// - Parameter onBroken: Called where the disk failed, perhaps later. A full disk is no
    ///   failure here: the log stays.
    func tendLog(onBroken: @escaping Checkpointer.Alarm) {
        guard !checkpointer.isBusy else { return }
        if logPages.count < movedPages { (movedPages, restartPages) = (0, durability.logPages) }
        let moved = checkpointer.takeMoved()
        if let moved { movedPages = moved }
        if isFull {
            if fullUntil <= .now { restartLog(onBroken) }
        } else if moved != nil, logPages.count >= restartPages {
            restartLog(onBroken)
        } else if logPages.count - movedPages >= durability.checkpointPages {
            checkpointer.begin(onBroken: onBroken)
        }
    }

    /// Moves the end of the log, so that the next commit begins it anew, unless somebody reads.
    private func restartLog(_ onBroken: Checkpointer.Alarm) {
        // Whoever reads for long must not make the writer try again and again.
        restartPages = logPages.count + durability.logPages / 8
        do throws(SQLFault) {
            movedPages = try connection.checkpoint()
        } catch {
            if error.isBroken { onBroken(error.storeFailure) }
        }
        if movedPages < logPages.count { fullUntil = .now + Limits.fullDiskTime }
    }

    /// Leaves a short write-ahead log behind.
    ///
    /// A failure is left to the next start, which reads the log anyway.
    func close() {
        checkpointer.close()
        if syncTime != nil { _ = sync() }
        sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    }

    /// One attempt at the whole load.
    private func attempt(_ load: Load, _ isEnough: (Int) -> Bool) throws(Setback) -> Answers {
        var answers = Answers()
        var index = 0
        now = clock()
        audit.keep(first: 0)
        let isSynced = load.isTold || syncTime.map { $0 <= .now } ?? false
        let commits = logPages.commits
        try whole { () throws(SQLFault) in
            try setSyncing(isSynced)
            try connection.statement("BEGIN IMMEDIATE").run()
        }
        for delivery in load.deliveries {
            answers.receipts.append(
                try piece(index) { doom throws(SQLFault) in
                    if let doom { throw doom }
                    return try record(delivery)
                }
            )
            index += 1
        }
        for errand in load.errands {
            answers.errands.append(
                try piece(index) { doom throws(SQLFault) in
                    if let doom { throw doom }
                    return try perform(errand)
                }
            )
            index += 1
        }
        try settle(load.batches, from: index, into: &answers, isEnough)
        #if DEBUG
        let done = load.done(answers)
        done.passCrashPoints(isCommitted: false)
        #endif
        try whole { () throws(SQLFault) in
            let chain = try audit.write(to: connection)
            try connection.statement("COMMIT").run()
            audit = chain
        }
        // A commit that wrote nothing has synced nothing.
        if logPages.commits != commits {
            syncTime = isSynced ? nil : syncTime ?? .now + Limits.unsyncedTime
            if !isSynced { logFile.startWriting() }
        }
        #if DEBUG
        done.passCrashPoints(isCommitted: true)
        #endif
        return answers
    }

    /// Settles batches until it is enough.
    private func settle(
        _ batches: [ArraySlice<Settlement>],
        from first: Int,
        into answers: inout Answers,
        _ isEnough: (Int) -> Bool
    ) throws(Setback) {
        var index = first
        for batch in batches {
            var settled: [Settled] = []
            settled.reserveCapacity(batch.count)
            for settlement in batch {
                if isEnough(index - first) {
                    answers.settled.append(.success(settled))
                    return
                }
                let end = try piece(index) { doom throws(SQLFault) in
                    try settle(settlement, unless: doom)
                }
                switch end {
                case .success(let value): settled.append(value)
                case .failure(let failure): settled.append(.failed(failure))
                }
                index += 1
            }
            answers.settled.append(.success(settled))
        }
    }

    /// Lets the next commit wait for the disk, or not.
    private func setSyncing(_ isSynced: Bool) throws(SQLFault) {
        guard isSynced != isSyncing else { return }
        try connection.execute(
            "PRAGMA synchronous = \(isSynced ? durability.synchronous.word : "NORMAL")"
        )
        isSyncing = isSynced
    }

    /// Does one piece of work; where it fails, only it is undone.
    private func piece<T>(
        _ index: Int,
        _ work: (SQLFault?) throws(SQLFault) -> T
    ) throws(Setback) -> Result<T, StoreFailure> {
        let rows = audit.waiting.count
        do throws(SQLFault) {
            if isCareful { try connection.statement("SAVEPOINT piece").run() }
            let value = try work(doomed[index])
            if isCareful { try connection.statement("RELEASE piece").run() }
            return .success(value)
        } catch {
            if let failure = error.transactionFailure { throw .lost(failure) }
            if connection.isAutocommit { doomed[index] = error }
            guard isCareful, !connection.isAutocommit else {
                isCareful = true
                throw .again
            }
            try whole { () throws(SQLFault) in
                try connection.statement("ROLLBACK TO piece").run()
                try connection.statement("RELEASE piece").run()
            }
            audit.keep(first: rows)
            return .failure(.refused(error.message))
        }
    }

    /// Does what concerns the whole transaction; where it fails, all is lost.
    private func whole(_ work: () throws(SQLFault) -> Void) throws(Setback) {
        do throws(SQLFault) {
            try work()
        } catch {
            throw .lost(error.transactionFailure ?? .refused(error.message))
        }
    }

    /// Ends the transaction without a trace; SQLite may have done so itself.
    private func rollback() {
        guard !connection.isAutocommit else { return }
        sqlite3_exec(connection.handle, "ROLLBACK", nil, nil, nil)
    }
}
