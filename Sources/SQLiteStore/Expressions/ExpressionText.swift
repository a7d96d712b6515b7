import Model
import Store

/// The SQL that an expression becomes, and what must not be in it so that it stays inside its
/// brackets.
enum ExpressionText {
    /// What stands before the first expression; offsets in one are counted behind it.
    static let prefix = "SELECT (\n"

    /// The one row that names in expressions are columns of.
    static let row: String = {
        let columns = ExpressionScope.columns.enumerated().map { "?\($0 + 1) AS \"\($1)\"" }
        return "FROM (SELECT " + columns.joined(separator: ", ") + ")"
    }()

    /// The statement that gives the values of all, in order, where a condition holds.
    static func statement(
        for expressions: [Expression],
        if condition: Expression? = nil
    ) -> String {
        let list = expressions.isEmpty ? "1" : expressions.map(\.sql).joined(separator: "\n), (\n")
        let filter = condition.map { " WHERE (\n\($0.sql)\n)" } ?? ""
        return prefix + list + "\n) " + row + filter
    }

    /// What would let the text out of its brackets or bring in a value of its own; nil when nothing
    /// does.
    ///
    /// It follows SQLite's tokenizer: texts, names in three kinds of quotes, both kinds of comment.
    static func problem(in sql: String) -> SQLProblem? {
        if sql.utf8.count > Limits.expressionBytes {
            return SQLProblem("the expression is longer than \(Limits.expressionBytes) bytes")
        }
        let bytes = Array(sql.utf8)
        var opened: [Int] = []
        var place = 0
        while place < bytes.count {
            let start = place
            switch bytes[place] {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "["):
                let close = bytes[place] == UInt8(ascii: "[") ? UInt8(ascii: "]") : bytes[place]
                guard let end = bytes[(place + 1)...].firstIndex(of: close) else {
                    return SQLProblem("the text that begins here has no end", offset: start)
                }
                place = end
            case UInt8(ascii: "-") where bytes[safe: place + 1] == UInt8(ascii: "-"):
                place = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            case UInt8(ascii: "/") where bytes[safe: place + 1] == UInt8(ascii: "*"):
                guard let end = endOfComment(in: bytes, from: place + 2) else {
                    return SQLProblem("the comment that begins here has no end", offset: start)
                }
                place = end
            case UInt8(ascii: "("): opened.append(place)
            case UInt8(ascii: ")"):
                if opened.popLast() == nil {
                    return SQLProblem("this bracket closes none", offset: start)
                }
            default:
                if let message = objection(to: bytes, at: place) {
                    return SQLProblem(message, offset: start)
                }
            }
            place += 1
        }
        return opened.last.map { SQLProblem("this bracket is never closed", offset: $0) }
    }

    /// What speaks against a byte outside of quotes and comments.
    private static func objection(to bytes: [UInt8], at place: Int) -> String? {
        switch bytes[place] {
        case 0: return "an expression holds no NUL"
        case UInt8(ascii: ";"): return "an expression is not a statement: leave out the semicolon"
        case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "#"):
            return "an expression has no parameters; use the names in scope"
        case UInt8(ascii: "$"):
            let isInName = place > 0 && isNameByte(bytes[place - 1])
            return isInName ? nil : "an expression has no parameters; use the names in scope"
        default: return nil
        }
    }

    /// Whether a byte may stand inside a name.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    /// The last byte of a comment whose text begins there; nil when it has no end.
    private static func endOfComment(in bytes: [UInt8], from start: Int) -> Int? {
        var place = start
        while place + 1 < bytes.count {
            if bytes[place] == UInt8(ascii: "*"), bytes[place + 1] == UInt8(ascii: "/") {
                return place + 1
            }
            place += 1
        }
        return nil
    }
}

extension Array {
    /// The element there, or nil beyond the end.
    fileprivate subscript(safe index: Int) -> Element? {
        index < count ? self[index] : nil
    }
}
