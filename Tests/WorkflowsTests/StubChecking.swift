import Model
import Store

@testable import Workflows

/// Knows the names in scope, a few words of SQL, and that an operator needs something behind it.
struct StubChecking: SQLChecking {
    private static let words: Set<String> = [
        "and", "or", "not", "is", "null", "in", "select", "from", "where", "orders", "true",
        "false",
    ]

    func problem(in expression: Expression) -> SQLProblem? {
        let bytes = Array(expression.sql.utf8)
        var scanner = SQLScanner(bytes)
        var last: SQLScanner.Token?
        while let token = scanner.next() {
            if token.kind == .space { continue }
            last = token
            guard token.kind == .word else { continue }
            let word = String(decoding: bytes[token.range], as: UTF8.self)
            let isCall = bytes.dropFirst(token.range.upperBound).first == UInt8(ascii: "(")
            let isKnown =
                Self.words.contains(word.lowercased()) || word.allSatisfy(\.isNumber)
                || ExpressionScope.columns.contains(word)
            if !isCall, !isKnown {
                return SQLProblem("no such column: \(word)", offset: token.range.lowerBound)
            }
        }
        if case .symbol(let byte)? = last?.kind, byte != UInt8(ascii: ")") {
            return SQLProblem("incomplete input")
        }
        return nil
    }

    func problem(in effect: SQLFile, parameters: [String]) -> SQLProblem? { nil }
}
