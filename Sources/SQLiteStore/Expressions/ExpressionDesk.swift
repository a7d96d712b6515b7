import Model
import Store

/// A connection on which expressions are prepared, kept and evaluated.
final class ExpressionDesk {
    /// How many prepared lists are kept; a playbook has fewer, old ones go with a reload.
    private static let keptLists = 1024

    private let connection: Connection
    /// Prepared statements by what they evaluate.
    private var prepared: [Wanted: Prepared] = [:]

    /// What one statement evaluates.
    struct Wanted: Hashable {
        /// Whose values it gives, in order.
        var expressions: [Expression]
        /// Where it gives them; nil for always.
        var condition: Expression?

        /// The one that is named where nothing more is known of a failure; nil where there is
        /// nothing to evaluate.
        var namesake: Expression? { condition ?? expressions.first }

        /// Takes one expression and the count, which tell the lists of a playbook apart.
        func hash(into hasher: inout Hasher) {
            hasher.combine(namesake)
            hasher.combine(expressions.count)
        }
    }

    /// A statement of ours.
    private struct Prepared {
        let statement: Statement
        /// The columns of the scope that its text names, or seems to; nobody sees the others.
        let columns: [Int]
    }

    /// Takes a connection, whose warden will be strict from now on.
    init(connection: Connection) {
        self.connection = connection
        connection.warden.trust = .expression
    }

    /// Values of expressions over one scope, where their condition holds.
    ///
    /// - Parameters:
    ///   - wanted: Whose values.
    ///   - scope: What their names stand for.
    /// - Returns: One value each; nil where the condition does not hold.
    /// - Throws: The first expression that has none, and why.
    func values(
        _ wanted: Wanted,
        in scope: ExpressionScope
    ) throws(ExpressionFailure) -> [Value]? {
        guard let namesake = wanted.namesake else { return [] }
        let fault: SQLFault
        do throws(SQLFault) {
            return try evaluate(wanted, scope)
        } catch {
            fault = error
        }
        // Alone each of them says for itself what is wrong with it; where the condition is false
        // the others need not make sense.
        if let condition = wanted.condition, !wanted.expressions.isEmpty {
            let verdict = Wanted(expressions: [], condition: condition)
            guard try values(verdict, in: scope) != nil else { return nil }
            return try values(Wanted(expressions: wanted.expressions), in: scope)
        }
        if wanted.expressions.count > 1 {
            for expression in wanted.expressions {
                _ = try values(Wanted(expressions: [expression]), in: scope)
            }
        }
        let reason =
            fault.isTimeout ? "took longer than \(Limits.expressionTime)" : fault.message
        throw ExpressionFailure(reason, in: namesake)
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
        // An aggregate of the whole row is refused by SQLite as a condition.
        return fault(in: ExpressionText.statement(for: [], if: expression)).map {
            SQLProblem($0.message)
        }
    }

    /// Runs the statement; nil where it gives no row.
    private func evaluate(
        _ wanted: Wanted,
        _ scope: ExpressionScope
    ) throws(SQLFault) -> [Value]? {
        let prepared = try prepared(wanted)
        let statement = prepared.statement
        defer { statement.reset() }
        for column in prepared.columns { statement.bind(column + 1, scope.value(column)) }
        return try connection.warden.limiting(to: Limits.expressionTime) { () throws(SQLFault) in
            guard try statement.step() else {
                if wanted.condition == nil { throw .refusal("there is no row") }
                return nil
            }
            var values: [Value] = []
            values.reserveCapacity(wanted.expressions.count)
            for column in wanted.expressions.indices {
                values.append(try statement.value(column))
            }
            return values
        }
    }

    /// The prepared statement; each of its expressions is checked alone first.
    private func prepared(_ wanted: Wanted) throws(SQLFault) -> Prepared {
        if let known = prepared[wanted] { return known }
        let all = [wanted.condition].compactMap(\.self) + wanted.expressions
        for expression in all {
            if let problem = problem(in: expression) { throw .refusal(problem.message) }
        }
        let statement = try single(
            ExpressionText.statement(for: wanted.expressions, if: wanted.condition)
        )
        if prepared.count >= ExpressionDesk.keptLists { prepared = [:] }
        let text = all.map { $0.sql.lowercased() }.joined(separator: "\n")
        let columns = ExpressionScope.columns.indices.filter {
            text.contains(ExpressionScope.columns[$0].lowercased())
        }
        let made = Prepared(statement: statement, columns: columns)
        prepared[wanted] = made
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
