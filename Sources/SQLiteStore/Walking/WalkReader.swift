import Model
import Store
import Synchronization

/// Reads for the engine what the writer has committed, on a read-only connection of its own.
final class WalkReader: Sendable {
    private let connection: Mutex<Connection>

    /// Opens the database.
    init(path: String) throws(SQLFault) {
        connection = Mutex(try Connection(path: path, .reading))
    }

    /// Events that wait for their workflows to be chosen.
    func unchosenEvents(after sequence: Int64, limit: Int) throws(StoreFailure) -> [StoredEvent] {
        try reading { (connection) throws(SQLFault) in
            let select = try connection.statement(
                """
                SELECT e.seq, e.id, e.type, e.created_at, e.livemode, e.account, e.lane, e.endpoint,
                  b.body, q.crashes
                FROM event_queue AS q
                  JOIN webhook_events AS e ON e.seq = q.seq
                  LEFT JOIN event_bodies AS b ON b.seq = q.seq
                WHERE q.seq > ?1 ORDER BY q.seq LIMIT ?2
                """
            )
            defer { select.reset() }
            select.bind(1, sequence)
            select.bind(2, Int64(limit))
            var events: [StoredEvent] = []
            while try select.step() {
                let crashes = Int(select.integer(9))
                events.append(WalkReader.event(in: select, from: 0, crashes: crashes))
            }
            return events
        }
    }

    /// Runs that may be walked now, oldest first.
    func dueRuns(
        at now: Timestamp,
        after id: RunID,
        limit: Int
    ) throws(StoreFailure) -> [StoredRun] {
        try reading { (connection) throws(SQLFault) in
            let select = try connection.statement(
                """
                SELECT id FROM (
                  SELECT id FROM workflow_runs INDEXED BY runs_walkable
                  WHERE status IN ('pending', 'failed') AND id > ?1
                  UNION ALL
                  SELECT id FROM workflow_runs INDEXED BY runs_due
                  WHERE status = 'waiting' AND due_at <= ?2 AND id > ?1)
                ORDER BY id LIMIT ?3
                """
            )
            select.bind(1, id.number)
            select.bind(2, now.milliseconds)
            select.bind(3, Int64(limit))
            return try WalkReader.runs(try WalkReader.numbers(of: select), on: connection)
        }
    }

    /// The runs of those numbers that exist, in that order.
    func runs(_ ids: [RunID]) throws(StoreFailure) -> [StoredRun] {
        if ids.isEmpty { return [] }
        return try reading { (connection) throws(SQLFault) in
            try WalkReader.runs(ids.map(\.number), on: connection)
        }
    }

    /// When the earliest waiting run is due.
    func nextDue() throws(StoreFailure) -> Timestamp? {
        try reading { (connection) throws(SQLFault) in
            let select = try connection.statement(
                """
                SELECT due_at FROM workflow_runs INDEXED BY runs_due
                WHERE status = 'waiting' ORDER BY due_at LIMIT 1
                """
            )
            defer { select.reset() }
            return try select.step() ? Timestamp(milliseconds: select.integer(0)) : nil
        }
    }

    /// Runs that a process left in the middle of an outward action.
    func interruptedRuns() throws(StoreFailure) -> [StoredRun] {
        try reading { (connection) throws(SQLFault) in
            let select = try connection.statement(
                """
                SELECT id FROM workflow_runs INDEXED BY runs_running
                WHERE status = 'running' ORDER BY id
                """
            )
            return try WalkReader.runs(try WalkReader.numbers(of: select), on: connection)
        }
    }

    /// The highest number of a run.
    func lastRun() throws(StoreFailure) -> Int64 {
        try reading { (connection) throws(SQLFault) in
            try connection.number("SELECT max(id) FROM workflow_runs") ?? 0
        }
    }

    /// Name and source of a workflow's version.
    func version(_ number: Int64) throws(StoreFailure) -> (name: String, source: String)? {
        try reading { (connection) throws(SQLFault) in
            let select = try connection.statement(
                "SELECT name, source FROM workflow_versions WHERE id = ?1"
            )
            defer { select.reset() }
            select.bind(1, number)
            return try select.step() ? (select.text(0), select.text(1)) : nil
        }
    }

    /// Reads over one snapshot.
    private func reading<Answer: Sendable>(
        _ body: @Sendable (Connection) throws(SQLFault) -> Answer
    ) throws(StoreFailure) -> Answer {
        do throws(SQLFault) {
            return try connection.withLock { (connection) throws(SQLFault) in
                try connection.statement("BEGIN").run()
                defer { connection.endReading() }
                return try body(connection)
            }
        } catch {
            throw error.storeFailure
        }
    }

    /// The first column of every row.
    private static func numbers(of select: Statement) throws(SQLFault) -> [Int64] {
        defer { select.reset() }
        var numbers: [Int64] = []
        while try select.step() { numbers.append(select.integer(0)) }
        return numbers
    }

    /// Those runs with all that walking on needs.
    private static func runs(
        _ ids: [Int64],
        on connection: Connection
    ) throws(SQLFault) -> [StoredRun] {
        let select = try connection.statement(
            """
            SELECT r.workflow, r.version_id, r.replay, r.status, r.phase, r.position, r.attempts,
              r.waiting_since, r.crashes, r.retries, r.is_judged, r.given_up_step,
              e.seq, e.id, e.type, e.created_at, e.livemode, e.account, e.lane, e.endpoint, b.body
            FROM workflow_runs AS r
              JOIN webhook_events AS e ON e.seq = r.event_seq
              LEFT JOIN event_bodies AS b ON b.seq = e.seq
            WHERE r.id = ?1
            """
        )
        var runs: [StoredRun] = []
        runs.reserveCapacity(ids.count)
        for id in ids {
            defer { select.reset() }
            select.bind(1, id)
            guard try select.step() else { continue }
            let position = StepPosition(
                StepPosition.Phase(rawValue: select.text(4)) ?? .main,
                Int(select.integer(5))
            )
            let steps = try StepOutputs.json(ofRun: id, before: position, on: connection)
            runs.append(
                StoredRun(
                    id: RunID(id),
                    event: event(in: select, from: 12),
                    workflow: select.text(0),
                    version: select.integer(1),
                    replay: Int(select.integer(2)),
                    status: RunStatus(rawValue: select.text(3)) ?? .dead,
                    position: position,
                    attempts: Int(select.integer(6)),
                    waitingSince: select.optionalInteger(7).map(Timestamp.init(milliseconds:)),
                    crashes: Int(select.integer(8)),
                    retries: Int(select.integer(9)),
                    isJudged: select.integer(10) != 0,
                    givenUpStep: select.optionalInteger(11).map(Int.init),
                    steps: steps
                )
            )
        }
        return runs
    }

    /// The event in nine columns of a row.
    private static func event(
        in row: Statement,
        from first: Int,
        crashes: Int = 0
    ) -> StoredEvent {
        StoredEvent(
            sequence: row.integer(first),
            id: EventID(row.text(first + 1)),
            type: row.text(first + 2),
            created: Timestamp(milliseconds: row.integer(first + 3)),
            livemode: row.integer(first + 4) != 0,
            account: row.optionalText(first + 5),
            lane: row.text(first + 6),
            endpoint: row.text(first + 7),
            body: row.optionalText(first + 8),
            crashes: crashes
        )
    }
}
