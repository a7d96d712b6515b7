/// Nothing so long that it cannot be read in one go.
enum SizeRules {
    /// Characters in a line.
    static let lineLimit = 100
    /// Lines in a file.
    static let fileLimit = 400
    /// Lines between a function's braces.
    static let functionLimit = 60
    /// Parameters of a function of a room; an `init`, and what builds a test's fixture, may take
    /// more.
    static let parameterLimit = 5

    /// Lines, file and functions that are too long.
    static func findings(in source: SourceText) -> [Finding] {
        var found = source.lines.indices.filter { source.lines[$0].count > lineLimit }.map {
            source.finding($0, "\(source.lines[$0].count) characters, at most \(lineLimit)")
        }
        if source.lines.count > fileLimit + 1 {
            found.append(
                source.finding(0, "\(source.lines.count) lines, at most \(fileLimit): split it")
            )
        }
        for block in source.blocks where block.isFunction {
            let length = block.close - block.open - 1
            if length > functionLimit {
                found.append(
                    source.finding(
                        block.open,
                        "a function of \(length) lines, at most \(functionLimit)"
                    )
                )
            }
        }
        return source.path.hasPrefix("Sources/") ? found + parameters(in: source) : found
    }

    /// Functions with too many parameters.
    private static func parameters(in source: SourceText) -> [Finding] {
        source.code.indices.compactMap { index in
            guard source.code[index].contains("func "),
                source.code[index].contains(#/\bfunc\s/#.wordBoundaryKind(.simple))
            else {
                return nil
            }
            let text = source.code[index...].prefix(40).joined(separator: "\n")
            guard
                let start = text.firstRange(of: #/\bfunc\s/#.wordBoundaryKind(.simple))?.upperBound
            else { return nil }
            let count = countParameters(text[start...])
            guard count > parameterLimit else { return nil }
            return source.finding(
                index,
                "\(count) parameters, at most \(parameterLimit): make a struct of them"
            )
        }
    }

    /// The colons of the first parenthesis at its own depth: one for each parameter.
    private static func countParameters(_ text: Substring) -> Int {
        var depth = 0
        var colons = 0
        for letter in text {
            switch letter {
            case "(", "[", "{": depth += 1
            case ")", "]", "}":
                depth -= 1
                if depth == 0, letter == ")" { return colons }
            case ":" where depth == 1: colons += 1
            default: break
            }
        }
        return colons
    }
}
