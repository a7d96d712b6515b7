import Model
import Store
import Synchronization

@testable import SQLiteStore

/// Evaluates expressions over the core tables in memory.
final class ExpressionJudge: Sendable {
    /// The one that all inputs share.
    static let shared = Result { try ExpressionJudge() }

    private let desk: Mutex<ExpressionDesk>

    /// Builds the tables.
    init() throws {
        let connection = try Connection(path: ":memory:", .memory)
        try CoreSchema.apply(to: connection, path: ":memory:")
        desk = Mutex(ExpressionDesk(connection: connection))
    }

    /// The value, or nil where there is a reason instead.
    func value(of expression: Expression, in scope: ExpressionScope) -> Value? {
        desk.withLock { desk in
            do throws(ExpressionFailure) {
                return try desk.values(.init(expressions: [expression]), in: scope)?.first
            } catch {
                return nil
            }
        }
    }
}
