import Model

/// Looks at an expression's text before SQLite does: what SQLite would take but nobody means.
enum ExpressionText {
    /// The part of the text that is the expression: without blanks and comments around it.
    static func core(_ text: String) -> (sql: String, offset: Int) {
        let bytes = Array(text.utf8)
        var scanner = SQLScanner(bytes)
        var range: Range<Int>?
        while let token = scanner.next() {
            guard token.kind != .space, token.kind != .comment else { continue }
            range = (range?.lowerBound ?? token.range.lowerBound)..<token.range.upperBound
        }
        guard let range else { return ("", 0) }
        return (String(decoding: bytes[range], as: UTF8.self), range.lowerBound)
    }

    /// What is wrong with the text as one value, or nil; SQLite judges the rest.
    static func problem(in sql: String) -> TemplateText.Problem? {
        let bytes = Array(sql.utf8)
        if bytes.isEmpty { return .init(message: "the expression is empty; write one", offset: 0) }
        if bytes.count > Limits.expressionBytes {
            return .init(
                message: "the expression has \(bytes.count) bytes, more than "
                    + "\(Limits.expressionBytes); make it shorter",
                offset: 0
            )
        }
        var scanner = SQLScanner(bytes)
        var depth: [Int] = []
        while let token = scanner.next() {
            let start = token.range.lowerBound
            switch token.kind {
            case .open:
                return .init(
                    message: "this quote or comment is never closed; close it",
                    offset: start
                )
            case .symbol(UInt8(ascii: "(")): depth.append(start)
            case .symbol(UInt8(ascii: ")")):
                if depth.popLast() == nil {
                    return .init(message: "\")\" closes nothing; remove it", offset: start)
                }
            case .symbol(let byte):
                if let message = message(for: byte, isOutermost: depth.isEmpty) {
                    return .init(message: message, offset: start)
                }
            default: continue
            }
        }
        return depth.last.map { .init(message: "\"(\" is never closed; add \")\"", offset: $0) }
    }

    private static func message(for byte: UInt8, isOutermost: Bool) -> String? {
        switch byte {
        case UInt8(ascii: ";"): "an expression is no statement; remove the \";\""
        case UInt8(ascii: ",") where isOutermost: "an expression gives one value; remove the \",\""
        case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "$"):
            "an expression has no parameters; use names like object, metadata or vars"
        default: nil
        }
    }

    /// The steps whose outputs an expression reads by `steps -> 'id'`, with offsets in bytes.
    static func stepReferences(in sql: String) -> [(id: String, offset: Int)] {
        let bytes = Array(sql.utf8)
        var scanner = SQLScanner(bytes)
        var tokens: [SQLScanner.Token] = []
        while let token = scanner.next() {
            guard token.kind != .space, token.kind != .comment else { continue }
            tokens.append(token)
        }
        var references: [(id: String, offset: Int)] = []
        let minus = SQLScanner.Kind.symbol(UInt8(ascii: "-"))
        let arrow = SQLScanner.Kind.symbol(UInt8(ascii: ">"))
        for index in tokens.indices where tokens[index].kind == .word {
            let word = String(decoding: bytes[tokens[index].range], as: UTF8.self)
            let rest = tokens.dropFirst(index + 1)
            guard word.lowercased() == "steps", rest.prefix(2).map(\.kind) == [minus, arrow],
                let name = rest.dropFirst(2).first(where: { $0.kind != arrow }), name.kind == .text
            else { continue }
            let quoted = bytes[name.range].dropFirst().dropLast()
            let id = String(decoding: quoted, as: UTF8.self)
            if !id.hasPrefix("$") { references.append((id, name.range.lowerBound)) }
        }
        return references
    }
}
