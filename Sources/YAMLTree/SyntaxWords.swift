/// libyaml's complaints in words that say what to do.
enum SyntaxWords {
    /// Where to point: at what is found, or at a quote's beginning when its end is what is missing.
    static func mark(for failure: YAMLEvents.Failure) -> YAMLEvents.Mark {
        failure.problem == "found unexpected end of stream" ? failure.contextMark : failure.mark
    }

    /// The message for a failure.
    static func message(for failure: YAMLEvents.Failure, in file: SourceFile) -> String {
        let line = failure.contextMark.line + 1
        let character = character(at: failure.mark, in: file)
        switch failure.problem {
        case "found character that cannot start any token" where character == "\t":
            return "YAML is not indented with tabs; use spaces"
        case "found character that cannot start any token":
            return "a text cannot begin with \"\(character ?? " ")\"; put it in quotes"
        case "mapping values are not allowed in this context":
            return "a \":\" is not expected here; check the indentation, "
                + "or put a text that contains \": \" in quotes"
        case "did not find expected key":
            return "this does not continue the mapping that begins at line \(line); "
                + "check the indentation and the quotes"
        case "did not find expected '-' indicator":
            return "this does not continue the list that begins at line \(line); "
                + "check the indentation"
        case "could not find expected ':'":
            return "the key at line \(line) has no \":\"; write it as \"key: value\""
        case "found unexpected end of stream":
            return "this quote is never closed; close it"
        case "did not find expected ',' or ']'":
            return "here the list that opens at line \(line) needs \",\" or \"]\"; "
                + "put texts with brackets or \"${{ }}\" in quotes"
        case "did not find expected ',' or '}'":
            return "here the mapping that opens at line \(line) needs \",\" or \"}\"; "
                + "put texts with braces or \"${{ }}\" in quotes"
        case "control characters are not allowed":
            return "a control character stands here; remove it"
        default:
            let context = failure.context.map { " \($0)" } ?? ""
            return "this is not YAML: \(failure.problem)\(context); correct it"
        }
    }

    private static func character(
        at mark: YAMLEvents.Mark,
        in file: SourceFile
    ) -> Unicode.Scalar? {
        guard file.lines.indices.contains(mark.line) else { return nil }
        return file.lines[mark.line].unicodeScalars.dropFirst(mark.column).first
    }
}
