import Glibc
package import Logging
package import Model
package import Store
import Synchronization

/// Till's durable memory in one SQLite file, `till.db` of the state directory.
///
/// One connection writes, on a thread of its own; another moves the write-ahead log into the
/// database file; the others are read-only. All go through SQLite's C API, because the authorizer,
/// the limit on time and the moment of check-points have to be Till's.
package final class SQLiteMemory: Recording, WalkMemory, RuleMemory, WishMemory, RetentionMemory {
    /// The database file.
    package let path: String
    /// Evaluates workflow expressions over committed data.
    package let expressions: any ExpressionEvaluator
    /// The lists for people, on a connection that the engine's reads don't wait for.
    package let reader: SQLiteReader
    private let writer: Writer
    private let walkReader: WalkReader
    private let nextRun: Atomic<Int64>
    private let bell: Bell
    private let lock: Mutex<StateLock?>

    /// Opens the state directory, which is made where it is missing, and its database.
    ///
    /// The directory's lock is held until ``close()``.
    ///
    /// - Parameters:
    ///   - directory: The state directory.
    ///   - clock: The wall clock for `…_at` columns.
    ///   - logger: Where opening is told.
    ///   - onBroken: Called once when the disk failed: the daemon must exit then, with 74.
    /// - Returns: The memory.
    /// - Throws: ``OpeningFailure``.
    package static func open(
        directory: String,
        clock: @escaping WallClock,
        logger: Logger = Logger(label: "till.store"),
        onBroken: @escaping @Sendable (StoreFailure) -> Void = { _ in }
    ) throws(OpeningFailure) -> SQLiteMemory {
        try open(
            directory: directory,
            clock: clock,
            logger: logger,
            durability: .full,
            onBroken: onBroken
        )
    }

    /// The same with other settings of the writing connection, for a test that must see them fail.
    static func open(
        directory: String,
        clock: @escaping WallClock,
        logger: Logger = Logger(label: "till.store"),
        durability: Durability,
        onBroken: @escaping @Sendable (StoreFailure) -> Void
    ) throws(OpeningFailure) -> SQLiteMemory {
        let directory =
            directory.count > 1 && directory.hasSuffix("/")
            ? String(directory.dropLast()) : directory
        let path = directory + "/till.db"
        try StateDirectory.make(directory)
        let lock = try StateLock.take(directory: directory)
        try StateDirectory.makeFile(path)
        do {
            let connection = try Connection(path: path, .writing)
            guard connection.isWritable else {
                throw OpeningFailure.unusable(path: path, detail: "it may only be read")
            }
            try durability.request(on: connection)
            if let (setting, value) = try durability.violation(on: connection) {
                throw OpeningFailure.unsafe(path: path, setting: setting, value: value)
            }
            try CoreSchema.apply(to: connection, path: path)
            try StateDirectory.sync(directory)
            let desk = try Desk(connection: connection, clock: clock, durability: durability)
            let bell = Bell()
            let memory = SQLiteMemory(
                path: path,
                lock: lock,
                bell: bell,
                writer: Writer(desk: desk, onCommit: { bell.ring() }, onBroken: onBroken),
                reader: try SQLiteReader.open(directory: directory),
                walkReader: try WalkReader(path: path)
            )
            memory.nextRun.store(try memory.walkReader.lastRun() + 1, ordering: .relaxed)
            logger.debug("database opened", metadata: ["path": "\(path)"])
            return memory
        } catch let failure as OpeningFailure {
            throw failure
        } catch let fault as SQLFault where fault.isNoDatabase {
            throw .foreign(path: path)
        } catch let fault as SQLFault where fault.isAboutAccess {
            throw .unusable(path: path, detail: fault.description)
        } catch let fault as SQLFault {
            throw .failed(fault.storeFailure)
        } catch let failure as StoreFailure {
            throw .failed(failure)
        } catch {
            throw .failed(.refused("\(error)"))
        }
    }

    private init(
        path: String,
        lock: StateLock,
        bell: Bell,
        writer: Writer,
        reader: SQLiteReader,
        walkReader: WalkReader
    ) {
        self.path = path
        self.lock = Mutex(lock)
        self.bell = bell
        self.writer = writer
        self.reader = reader
        self.walkReader = walkReader
        expressions = SQLiteExpressions(path: path)
        nextRun = Atomic(1)
    }

    deinit {
        writer.stop()
    }

    /// Finishes what waits to be written, closes the database and lets go of the directory.
    package func close() async {
        await writer.close()
        bell.stop()
        lock.withLock { $0 = nil }
    }

    package func record(_ delivery: Delivery) async throws(StoreFailure) -> Receipt {
        try await writer.record(delivery).get()
    }

    package func settle(_ batch: [Settlement]) async throws(StoreFailure) -> [Settled] {
        if batch.isEmpty { return [] }
        return try await writer.settle(batch).get()
    }

    package func unchosenEvents(
        after sequence: Int64,
        limit: Int
    ) throws(StoreFailure) -> [StoredEvent] {
        try walkReader.unchosenEvents(after: sequence, limit: limit)
    }

    package func dueRuns(
        at now: Timestamp,
        after id: RunID,
        limit: Int
    ) throws(StoreFailure) -> [StoredRun] {
        try walkReader.dueRuns(at: now, after: id, limit: limit)
    }

    package func runs(_ ids: [RunID]) throws(StoreFailure) -> [StoredRun] {
        try walkReader.runs(ids)
    }

    package func nextDue() throws(StoreFailure) -> Timestamp? {
        try walkReader.nextDue()
    }

    package func interruptedRuns() throws(StoreFailure) -> [StoredRun] {
        try walkReader.interruptedRuns()
    }

    package func reserveRunID() -> RunID {
        RunID(nextRun.add(1, ordering: .relaxed).oldValue)
    }

    package func changes() -> AsyncStream<Void> {
        bell.listen()
    }

    package func migrate(
        _ schemas: [(plugin: String, migrations: [SQLFile])]
    ) async throws(StoreFailure) {
        _ = try await writer.perform(.migrate(schemas)).get()
    }

    package func remember(
        _ versions: [(name: String, hash: String, source: String)]
    ) async throws(StoreFailure) -> [Int64] {
        try await writer.perform(.remember(versions)).get()
    }

    package func version(_ number: Int64) throws(StoreFailure) -> (name: String, source: String)? {
        try walkReader.version(number)
    }

    package func audit(_ entry: AuditEntry) async throws(StoreFailure) {
        _ = try await writer.perform(.audit(entry)).get()
    }

    package func retry(
        _ run: RunID,
        version: Int64,
        fromStart: Bool,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure) {
        let wish = RetryWish(
            run: run,
            version: version,
            fromStart: fromStart,
            actor: actor,
            now: now
        )
        _ = try await writer.perform(.retry(wish)).get()
    }

    package func retry(
        judged run: NewRun,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure) {
        _ = try await writer.perform(.retryJudged(run, actor: actor, now: now)).get()
    }

    package func bodies(
        after sequence: Int64,
        limit: Int
    ) throws(StoreFailure) -> [KeptBody] {
        try reader.bodies(after: sequence, limit: limit)
    }

    package func purge(_ events: [Int64]) async throws(StoreFailure) -> Int {
        Int(try await writer.performWhenIdle(.purge(events)).get().first ?? 0)
    }

    package func resolve(_ resolution: RunResolution) async throws(StoreFailure) {
        _ = try await writer.perform(.resolve(resolution)).get()
    }

    package func cancel(
        _ run: RunID,
        because reason: String,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure) {
        let wish = Errand.cancel(run, reason: reason, actor: actor, now: now)
        _ = try await writer.perform(wish).get()
    }

    package func release(
        _ event: EventID,
        because reason: String,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure) -> Int64 {
        let wish = Errand.release(event, reason: reason, actor: actor, now: now)
        guard let sequence = try await writer.perform(wish).get().first else {
            throw .refused("event \(event) was not released")
        }
        return sequence
    }
}
