package import Store
import Model

extension SQLiteReader: RunGauging {
    /// Each part is answered from a partial index, so the ended runs cost nothing.
    private static let query: StaticString = """
        SELECT status, count(*), min(created_at) FROM workflow_runs
        WHERE status IN ('pending', 'failed') GROUP BY status
        UNION ALL SELECT status, count(*), min(created_at) FROM workflow_runs
        WHERE status = 'waiting' GROUP BY status
        UNION ALL SELECT status, count(*), min(created_at) FROM workflow_runs
        WHERE status = 'running' GROUP BY status
        UNION ALL SELECT status, count(*), min(created_at) FROM workflow_runs
        WHERE status IN ('dead', 'unsure') GROUP BY status
        """

    package func openRuns() throws(StoreFailure) -> OpenRuns {
        try read { (connection) throws(SQLFault) in
            let statement = try connection.statement(Self.query)
            defer { statement.reset() }
            var runs = OpenRuns()
            while try statement.step() {
                guard let status = RunStatus(rawValue: statement.text(0)) else { continue }
                runs.counts[status] = Int(statement.integer(1))
                let moment = Timestamp(milliseconds: statement.integer(2))
                runs.oldestByStatus[status] = moment
                if !status.isEnd { runs.oldest = min(runs.oldest ?? moment, moment) }
            }
            return runs
        }
    }
}
