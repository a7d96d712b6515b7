package import Model
package import Store
import Synchronization

/// Checks SQL that people wrote against an empty database in memory with the same tables.
package final class SQLScratch: SQLChecking {
    /// The tables, and who prepares expressions there.
    private struct Desk {
        let connection: Connection
        let expressions: ExpressionDesk

        init(_ connection: Connection) {
            self.connection = connection
            expressions = ExpressionDesk(connection: connection)
        }
    }

    private let desk: Mutex<Desk>

    /// Builds the tables.
    ///
    /// - Parameter schemas: Plugin name and its migrations in rising order.
    /// - Throws: ``Mistakes`` with the first mistake of each plugin whose migrations don't work.
    package init(
        schemas: [(plugin: String, migrations: [SQLFile])]
    ) throws(Mistakes) {
        desk = Mutex(Desk(try SQLScratch.build(schemas)))
    }

    package func problem(in expression: Expression) -> SQLProblem? {
        desk.withLock { $0.expressions.problem(in: expression) }
    }

    package func problem(in effect: SQLFile, parameters: [String]) -> SQLProblem? {
        desk.withLock { desk in
            do throws(SQLFault) {
                let compiled = try CompiledEffect(effect, on: desk.connection)
                let unknown = compiled.parameterNames.subtracting(parameters).sorted().first
                guard let unknown else { return nil }
                let hint = Suggestion.hint(for: unknown, among: parameters)
                return SQLProblem(
                    "the parameter :\(unknown) is neither an input nor a standard one\(hint)",
                    offset: compiled.place(of: unknown)
                )
            } catch {
                return SQLProblem(error.message, offset: error.offset)
            }
        }
    }

    /// A database in memory with all tables.
    private static func build(
        _ schemas: [(plugin: String, migrations: [SQLFile])]
    ) throws(Mistakes) -> Connection {
        let connection: Connection
        do {
            connection = try Connection(path: ":memory:", .memory)
            try connection.execute("PRAGMA foreign_keys = ON")
            try CoreSchema.apply(to: connection, path: ":memory:")
        } catch {
            let place = SourcePlace(file: ":memory:", line: 1, column: 1)
            throw Mistakes([Mistake("SQLite could not make the core tables: \(error)", at: place)])
        }
        var mistakes: [Mistake] = []
        for (plugin, migrations) in schemas {
            for file in migrations {
                guard let mistake = mistake(in: file, of: plugin, on: connection) else { continue }
                mistakes.append(mistake)
                break
            }
        }
        if let all = Mistakes(ifAny: mistakes) { throw all }
        return connection
    }

    /// What is wrong with a migration, which is applied where nothing is.
    private static func mistake(
        in file: SQLFile,
        of plugin: String,
        on connection: Connection
    ) -> Mistake? {
        do throws(SQLFault) {
            try Migration(file, of: plugin).apply(to: connection)
            return nil
        } catch {
            return file.mistake(error.message, atByte: error.offset ?? 0)
        }
    }
}
