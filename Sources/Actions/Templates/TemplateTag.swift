/// One `{{…}}` of a mustache text, with where it stands and what stands around it.
struct TemplateTag {
    /// What it does.
    enum Kind {
        case variable
        case section
        case inverted
        case close
        case comment
        /// What these templates do not have, with its first character: `{ & > < $ = % *`.
        case foreign(Character)
        /// Two braces that are never closed.
        case unclosed
    }

    /// What it does.
    let kind: Kind
    /// The name inside.
    let name: String
    /// The line of its first brace, from 1.
    let line: Int
    /// The column of its first brace, from 1.
    let column: Int
    /// The literal text between the tag before (or the beginning) and this one.
    let textBefore: Substring

    /// Every tag of a text in reading order, and the literal text behind the last one.
    static func all(in text: String) -> (tags: [TemplateTag], rest: Substring) {
        var tags: [TemplateTag] = []
        var rest = text[...]
        var line = 1
        var column = 1
        let advance = { (passed: Substring) in
            for character in passed {
                if character.isNewline { (line, column) = (line + 1, 1) } else { column += 1 }
            }
        }
        while let open = rest.firstRange(of: "{{") {
            let before = rest[..<open.lowerBound]
            advance(before)
            let inner = rest[open.upperBound...]
            guard let close = inner.firstRange(of: "}}") else {
                tags.append(
                    TemplateTag(
                        kind: .unclosed,
                        name: "",
                        line: line,
                        column: column,
                        textBefore: before
                    )
                )
                return (tags, "")
            }
            let content = inner[..<close.lowerBound]
            let (kind, name) = read(content)
            tags.append(
                TemplateTag(
                    kind: kind,
                    name: name,
                    line: line,
                    column: column,
                    textBefore: before
                )
            )
            advance(rest[open.lowerBound..<close.upperBound])
            rest = rest[close.upperBound...]
        }
        return (tags, rest)
    }

    private static func read(_ content: Substring) -> (Kind, String) {
        let name = { (text: Substring) in
            text.split(separator: " ").joined(separator: " ")
        }
        switch content.first {
        case "#": return (.section, name(content.dropFirst()))
        case "^": return (.inverted, name(content.dropFirst()))
        case "/": return (.close, name(content.dropFirst()))
        case "!": return (.comment, "")
        case .some(let sign) where "{&><$=%*".contains(sign):
            return (.foreign(sign), name(content.dropFirst()))
        default: return (.variable, name(content))
        }
    }
}
