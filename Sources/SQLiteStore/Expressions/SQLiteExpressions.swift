import Model
import Store
import Synchronization

/// Evaluates expressions over a database file, on read-only connections of their own.
///
/// An evaluation takes the first connection that nobody uses; where all are taken it waits for one.
final class SQLiteExpressions: ExpressionEvaluator {
    /// One place for a connection, opened when it is first needed.
    private final class Seat: Sendable {
        /// The connection, once opened.
        let desk = Mutex<ExpressionDesk?>(nil)
    }

    private let path: String
    private let seats = (0..<4).map { _ in Seat() }

    /// Evaluates over the database at that path.
    init(path: String) {
        self.path = path
    }

    func values(
        of expressions: [Expression],
        if condition: Expression?,
        in scope: ExpressionScope
    ) throws(ExpressionFailure) -> [Value]? {
        let wanted = ExpressionDesk.Wanted(expressions: expressions, condition: condition)
        guard let namesake = wanted.namesake else { return [] }
        for seat in seats {
            let values = try seat.desk.withLockIfAvailable {
                desk throws(ExpressionFailure) in
                try evaluate(wanted, namesake, scope, at: &desk)
            }
            if let values { return values }
        }
        return try seats[0].desk.withLock { desk throws(ExpressionFailure) in
            try evaluate(wanted, namesake, scope, at: &desk)
        }
    }

    /// Evaluates at a seat, opening its connection at the first time.
    private func evaluate(
        _ wanted: ExpressionDesk.Wanted,
        _ namesake: Expression,
        _ scope: ExpressionScope,
        at desk: inout ExpressionDesk?
    ) throws(ExpressionFailure) -> [Value]? {
        if let desk { return try desk.values(wanted, in: scope) }
        do throws(SQLFault) {
            let connection = try Connection(path: path, .reading)
            let opened = ExpressionDesk(connection: connection)
            desk = opened
        } catch {
            throw ExpressionFailure(error.description, in: namesake)
        }
        return try evaluate(wanted, namesake, scope, at: &desk)
    }
}
