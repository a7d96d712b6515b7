import Model
import Store

/// The queries behind ``RunReading``, on whichever connection reads.
enum RunQueries {
    /// Runs that fit, newest first.
    static func runs(
        _ filter: RunFilter,
        on connection: Connection
    ) throws(SQLFault) -> [RunRow] {
        var query = ListQuery(select, newestBy: "r.id")
        query.filter(
            "r.status",
            among: filter.statuses.map(\.rawValue),
            indexes: indexes
        )
        if let workflow = filter.workflow { query.filter("r.workflow = ?", .text(workflow)) }
        if let event = filter.event {
            query.sortsApart = true
            query.filter(
                "r.event_seq = (SELECT seq FROM webhook_events WHERE id = ?)",
                .text(event.text)
            )
        }
        try query.filter(
            since: filter.since,
            by: "r.created_at",
            of: "workflow_runs r",
            on: connection
        )
        if let after = filter.after { query.filter("r.id < ?", .integer(after.number)) }
        return try query.rows(limit: filter.limit, on: connection, row)
    }

    /// The runs of one event, oldest first.
    static func runs(
        ofEvent sequence: Int64,
        on connection: Connection
    ) throws(SQLFault) -> [RunRow] {
        var query = ListQuery(select, newestBy: "r.id")
        query.filter("r.event_seq = ?", .integer(sequence))
        return try query.rows(limit: 1_000, on: connection, row).reversed()
    }

    /// One run with its steps.
    static func run(_ id: RunID, on connection: Connection) throws(SQLFault) -> RunDetail? {
        var query = ListQuery("\(columns), r.once_key, r.crashes \(tables)", newestBy: "r.id")
        query.filter("r.id = ?", .integer(id.number))
        let found = try query.rows(limit: 1, on: connection) {
            (statement) throws(SQLFault) -> (RunRow, String?, Int) in
            (try row(statement), statement.optionalText(14), Int(statement.integer(15)))
        }
        guard let (row, onceKey, crashes) = found.first else { return nil }
        return RunDetail(
            row: row,
            onceKey: onceKey,
            crashes: crashes,
            steps: try steps(of: id, on: connection)
        )
    }

    /// How many runs stand where.
    static func counts(on connection: Connection) throws(SQLFault) -> [RunStatus: Int] {
        try StatusCount.counts(in: "workflow_runs", on: connection)
    }

    /// The words of each partial index on a run's status.
    ///
    /// Source: `Schema/v001_core.sql`.
    private static let indexes = [
        ["waiting"], ["running"], ["pending", "failed"], ["dead", "unsure"],
    ]

    private static let columns = """
        SELECT r.id, e.id, e.type, r.workflow, r.version_id, v.hash, r.replay, r.status, \
        r.attempts, r.due_at, r.created_at, r.updated_at, r.reason, r.event_seq
        """
    private static let tables = """
        FROM workflow_runs r CROSS JOIN webhook_events e ON e.seq = r.event_seq \
        CROSS JOIN workflow_versions v ON v.id = r.version_id
        """
    private static let select = "\(columns) \(tables)"

    private static func row(_ row: Statement) throws(SQLFault) -> RunRow {
        let status: RunStatus = try row.word(7)
        return RunRow(
            id: RunID(row.integer(0)),
            event: EventID(row.text(1)),
            eventType: row.text(2),
            workflow: row.text(3),
            version: row.integer(4),
            versionHash: row.text(5),
            replay: Int(row.integer(6)),
            status: status,
            attempts: Int(row.integer(8)),
            dueAt: status == .waiting
                ? row.optionalInteger(9).map(Timestamp.init(milliseconds:)) : nil,
            createdAt: Timestamp(milliseconds: row.integer(10)),
            updatedAt: Timestamp(milliseconds: row.integer(11)),
            reason: row.optionalText(12)
        )
    }

    private static func steps(
        of run: RunID,
        on connection: Connection
    ) throws(SQLFault) -> [StepRow] {
        let statement = try connection.statement(
            """
            SELECT phase, position, step, action, status, attempts, key, inputs, outputs, reason,
              started_at, finished_at
            FROM step_runs WHERE run_id = ? ORDER BY phase = 'failure', position
            """
        )
        defer { statement.reset() }
        statement.bind(1, run.number)
        var steps: [StepRow] = []
        while try statement.step() {
            steps.append(
                StepRow(
                    position: StepPosition(try statement.word(0), Int(statement.integer(1))),
                    step: statement.text(2),
                    action: statement.text(3),
                    status: try statement.word(4),
                    attempts: Int(statement.integer(5)),
                    key: statement.text(6),
                    inputs: statement.optionalText(7),
                    outputs: statement.optionalText(8),
                    reason: statement.optionalText(9),
                    startedAt: Timestamp(milliseconds: statement.integer(10)),
                    endedAt: statement.optionalInteger(11).map(Timestamp.init(milliseconds:))
                )
            )
        }
        return steps
    }
}
