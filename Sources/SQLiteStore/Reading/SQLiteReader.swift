import Foundation
import CSQLite
package import Model
package import Store
import Synchronization

/// The database opened read-only, by a process that is not the daemon: whether that runs or not.
///
/// Nothing here can write: the connection is read-only, and locks are held only while a query runs.
package final class SQLiteReader: EventReading, RunReading, AuditReading {
    /// The file it reads.
    package let path: String
    private let connection: Mutex<Connection>

    /// Opens `till.db` in a state directory.
    ///
    /// - Parameter directory: The state directory.
    /// - Returns: The reader.
    /// - Throws: ``ReaderFailure``, with what to do.
    package static func open(directory: String) throws(ReaderFailure) -> SQLiteReader {
        let path = directory.hasSuffix("/") ? directory + "till.db" : directory + "/till.db"
        guard FileManager.default.fileExists(atPath: path) else {
            throw .missing(path: path)
        }
        do {
            let connection = try Connection(path: path, .reading)
            let tables = try connection.number(
                """
                SELECT count(*) FROM sqlite_schema
                WHERE type = 'table' AND name IN ('webhook_events', 'workflow_runs', 'audit_log')
                """
            )
            guard tables == 3 else {
                throw ReaderFailure.foreign(path: path, detail: "its tables are missing")
            }
            return SQLiteReader(path: path, connection)
        } catch let failure as ReaderFailure {
            throw failure
        } catch let fault as SQLFault {
            switch fault.primary {
            case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
                throw .forbidden(path: path, detail: fault.description)
            case SQLITE_NOTADB: throw .foreign(path: path, detail: fault.description)
            default: throw .broken(path: path, detail: fault.description)
            }
        } catch {
            throw .broken(path: path, detail: "\(error)")
        }
    }

    private init(path: String, _ connection: sending Connection) {
        self.path = path
        self.connection = Mutex(connection)
    }

    package func events(_ filter: EventFilter) throws(StoreFailure) -> [EventRow] {
        try read { (connection) throws(SQLFault) in
            try EventQueries.events(filter, on: connection)
        }
    }

    package func event(_ id: EventID) throws(StoreFailure) -> EventDetail? {
        try read { (connection) throws(SQLFault) in try EventQueries.event(id, on: connection) }
    }

    package func eventCounts() throws(StoreFailure) -> [EventStatus: Int] {
        try read { (connection) throws(SQLFault) in try EventQueries.counts(on: connection) }
    }

    package func runs(_ filter: RunFilter) throws(StoreFailure) -> [RunRow] {
        try read { (connection) throws(SQLFault) in try RunQueries.runs(filter, on: connection) }
    }

    package func run(_ id: RunID) throws(StoreFailure) -> RunDetail? {
        try read { (connection) throws(SQLFault) in try RunQueries.run(id, on: connection) }
    }

    package func runCounts() throws(StoreFailure) -> [RunStatus: Int] {
        try read { (connection) throws(SQLFault) in try RunQueries.counts(on: connection) }
    }

    package func auditRows(_ filter: AuditFilter) throws(StoreFailure) -> [AuditRow] {
        try read { (connection) throws(SQLFault) in try AuditQueries.rows(filter, on: connection) }
    }

    package func auditCheckpoint() throws(StoreFailure) -> AuditCheckpoint {
        try read { (connection) throws(SQLFault) in
            let chain = try AuditChain(from: connection)
            // Whoever keeps it must not be ahead of the disk: it would look as if the log was cut.
            try connection.syncLog()
            return AuditCheckpoint(sequence: chain.sequence, hash: chain.head.hex)
        }
    }

    /// Evaluates expressions over the database's business tables.
    package var expressions: any ExpressionEvaluator { SQLiteExpressions(path: path) }

    /// Runs queries over one snapshot of the database.
    func read<Answer: Sendable>(
        _ body: @Sendable (Connection) throws(SQLFault) -> Answer
    ) throws(StoreFailure) -> Answer {
        let result = connection.withLock { connection in
            Result { () throws(SQLFault) in
                try connection.execute("BEGIN")
                do throws(SQLFault) {
                    let answer = try body(connection)
                    try connection.execute("COMMIT")
                    return answer
                } catch {
                    if !connection.isAutocommit { try connection.execute("ROLLBACK") }
                    throw error
                }
            }
        }
        switch result {
        case .success(let answer): return answer
        case .failure(let fault):
            throw fault.transactionFailure ?? .refused(fault.description)
        }
    }
}
