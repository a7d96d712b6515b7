import Model
import Store

/// A connection on which expressions are prepared, kept and evaluated.
final class ExpressionDesk {
    /// How many prepared lists are kept; a playbook has fewer, old ones go with a reload.
    private static let keptLists = 1024

    private let connection: Connection
    /// Prepared statements by what they evaluate.
    private var prepared: [[Expression]: Prepared] = [:]

    /// A list's statement.
    private struct Prepared {
        let statement: Statement
        /// The columns of the scope that the list names, or seems to; nobody sees the others.
        let columns: [Int]
    }

    /// Takes a connection, whose warden will be strict from now on.
    init(connection: Connection) {
        self.connection = connection
        connection.warden.trust = .expression
    }

    /// Values of those expressions over one scope.
    ///
    /// - Parameters:
    ///   - expressions: At least one.
    ///   - scope: What their names stand for.
    /// - Returns: One value each.
    /// - Throws: The first expression that has none, and why.
    func values(
        of expressions: [Expression],
        in scope: ExpressionScope
    ) throws(ExpressionFailure) -> [Value] {
        let fault: SQLFault
        do throws(SQLFault) {
            return try evaluate(expressions, scope)
        } catch {
            fault = error
        }
        // Alone each of them says for itself what is wrong with it.
        if expressions.count > 1 {
            for expression in expressions { _ = try values(of: [expression], in: scope) }
        }
        let reason =
            fault.isTimeout ? "took longer than \(Limits.expressionTime)" : fault.message
        throw ExpressionFailure(reason, in: expressions[0])
    }

    /// What is wrong with an expression before it has met any event; nil when nothing is.
    func problem(in expression: Expression) -> SQLProblem? {
        if let problem = ExpressionText.problem(in: expression.sql) { return problem }
        let start = ExpressionText.prefix.utf8.count
        if let fault = fault(in: ExpressionText.statement(for: [expression])) {
            // What SQLite finds behind the expression is found at its end.
            let offset = fault.offset.map { min(max(0, $0 - start), expression.sql.utf8.count) }
            return SQLProblem(fault.message, offset: offset)
        }
        return fault(in: ExpressionText.condition(for: expression)).map { SQLProblem($0.message) }
    }

    /// Runs the statement for a list.
    private func evaluate(
        _ expressions: [Expression],
        _ scope: ExpressionScope
    ) throws(SQLFault) -> [Value] {
        let prepared = try prepared(expressions)
        let statement = prepared.statement
        defer { statement.reset() }
        let values = scope.values
        for column in prepared.columns { statement.bind(column + 1, values[column]) }
        return try connection.warden.limiting(to: Limits.expressionTime) { () throws(SQLFault) in
            guard try statement.step() else { throw .refusal("there is no row") }
            var values: [Value] = []
            values.reserveCapacity(expressions.count)
            for column in expressions.indices { values.append(try statement.value(column)) }
            return values
        }
    }

    /// The prepared statement for a list; each of its expressions is checked alone first.
    private func prepared(_ expressions: [Expression]) throws(SQLFault) -> Prepared {
        if let known = prepared[expressions] { return known }
        for expression in expressions {
            if let problem = problem(in: expression) { throw .refusal(problem.message) }
        }
        let statement = try single(ExpressionText.statement(for: expressions))
        if prepared.count >= ExpressionDesk.keptLists { prepared = [:] }
        let text = expressions.map { $0.sql.lowercased() }.joined(separator: "\n")
        let columns = ExpressionScope.columns.indices.filter {
            text.contains(ExpressionScope.columns[$0].lowercased())
        }
        let made = Prepared(statement: statement, columns: columns)
        prepared[expressions] = made
        return made
    }

    /// Why a statement cannot be prepared as an expression's, or nil.
    private func fault(in sql: String) -> SQLFault? {
        do throws(SQLFault) {
            _ = try single(sql)
            return nil
        } catch {
            return error
        }
    }

    /// Prepares the one statement of a text.
    private func single(_ sql: String) throws(SQLFault) -> Statement {
        let (statement, next) = try connection.prepare(sql, from: 0)
        guard let statement, next == sql.utf8.count else {
            throw .refusal("an expression is one value, not several statements")
        }
        return statement
    }
}
