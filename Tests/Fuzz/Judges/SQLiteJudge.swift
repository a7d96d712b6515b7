import Model
import Synchronization

@testable import SQLiteStore

/// What SQLite itself says of a JSON text: expressions read events through its functions.
final class SQLiteJudge: Sendable {
    /// The one that all inputs share.
    static let shared = Result { try SQLiteJudge() }

    private let connection: Mutex<Connection>

    /// Opens a database in memory.
    init() throws {
        connection = Mutex(try Connection(path: ":memory:", .memory))
    }

    /// Whether SQLite takes the text for JSON.
    func takes(_ json: String) throws -> Bool {
        try row("SELECT json_valid(?1)", [json]) == [.integer(1)]
    }

    /// The one row of a query over texts.
    func row(_ sql: StaticString, _ texts: [String?]) throws -> [Value] {
        try connection.withLock { connection throws(SQLFault) in
            let statement = try connection.statement(sql)
            defer { statement.reset() }
            for (index, text) in texts.enumerated() { statement.bind(index + 1, text) }
            guard try statement.step() else { throw .refusal("there is no row") }
            var values: [Value] = []
            for column in 0..<statement.columnCount { values.append(try statement.value(column)) }
            return values
        }
    }
}
