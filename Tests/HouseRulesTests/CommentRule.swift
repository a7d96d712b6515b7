/// Every declaration that others can see says what it is, in a sentence.
enum CommentRule {
    /// What protocols of the libraries ask for; whoever knows the protocol knows the member.
    private static let foreign: Set<String> = [
        // Swift itself.
        "description", "debugDescription", "customMirror", "hash", "encode", "errorDescription",
        "makeAsyncIterator", "makeIterator", "next", "Element", "AsyncIterator",
        // ArgumentParser.
        "configuration", "run", "validate",
        // NIO's and Hummingbird's handlers and contexts.
        "InboundIn", "InboundOut", "OutboundIn", "OutboundOut", "channelRead",
        "channelReadComplete", "channelActive", "channelInactive", "handlerAdded",
        "handlerRemoved", "errorCaught", "userInboundEventTriggered", "write", "flush", "Context",
        "Source", "coreContext", "handle", "respond",
        // The handlers of Logging and Metrics.
        "log", "metadata", "metadataProvider", "logLevel", "increment", "decrement", "set",
        "reset", "record", "recordNanoseconds", "makeCounter", "makeFloatingPointCounter",
        "makeMeter", "makeRecorder", "makeTimer", "destroyCounter", "destroyMeter",
        "destroyFloatingPointCounter", "destroyRecorder", "destroyTimer",
    ]

    /// The names that our own protocols ask for: a member that fulfils one inherits its comment.
    static func requirements(in sources: [SourceText]) -> Set<String> {
        var names: Set<String> = []
        for source in sources {
            for block in source.blocks where block.isProtocol {
                names.formUnion(source.code[(block.open + 1)...block.close].compactMap(declared))
            }
        }
        return names
    }

    /// Declarations without a comment, or with one that is no sentence or only repeats the name.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - inherited: Members of types that need none, from ``requirements(in:)``.
    /// - Returns: One finding for each declaration at fault.
    static func findings(in source: SourceText, inherited: Set<String> = []) -> [Finding] {
        let brackets = openBrackets(source)
        return source.code.indices.compactMap { index in
            guard brackets[index] == 0, let name = declared(source.code[index]),
                !foreign.contains(name)
            else { return nil }
            let around = source.blocks.filter { $0.open < index && index < $0.close }
            guard around.allSatisfy({ $0.isType && !$0.isPrivate }) else { return nil }
            let isRequirement = around.contains { $0.isProtocol }
            if !isRequirement, !around.isEmpty, inherited.contains(name) { return nil }
            let text = comment(above: index, in: source, brackets: brackets)
            return problem(with: text, of: name, in: source.code[index]).map {
                source.finding(index, $0)
            }
        }
    }

    /// What is wrong with the comment above a declaration.
    private static func problem(
        with comment: String?,
        of name: String,
        in line: String
    ) -> String? {
        guard let comment else { return "\"\(name)\" has no doc comment: say what it is" }
        if let last = comment.last, !".!?:)`".contains(last) {
            return "the comment of \"\(name)\" is no sentence"
        }
        let property = #/\b(let|var)\s/#.wordBoundaryKind(.simple)
        if !line.contains(property), words(comment) == words(name) {
            return "the comment of \"\(name)\" only repeats its name"
        }
        return nil
    }

    /// The words that may stand before the one that declares.
    private static let modifiers: Set<Substring> = [
        "package", "internal", "public", "static", "final", "mutating", "nonmutating",
        "nonisolated", "lazy", "indirect", "convenience", "weak", "private(set)",
        "fileprivate(set)",
    ]

    /// The name a line declares; nil for a private one, an operator, an override, a case.
    ///
    /// An option of the command line has a help text instead. Read by hand, because it is read
    /// often.
    private static func declared(_ line: String) -> String? {
        var words = line.split(separator: " ")[...]
        while let word = words.first, word.hasPrefix("@") || modifiers.contains(word) {
            guard
                !["@Option", "@Flag", "@Argument"].contains(where: word.hasPrefix)
                    || word.hasPrefix("@OptionGroup")
            else { return nil }
            words.removeFirst()
            guard word.contains("("), !word.contains(")") else { continue }
            words = words.drop { !$0.contains(")") }.dropFirst()
        }
        guard let keyword = words.popFirst() else { return nil }
        switch keyword.prefix(while: { $0.isLetter }) {
        case "init": return "init"
        case "subscript": return "subscript"
        case "func", "var", "let", "struct", "class", "enum", "actor", "protocol", "typealias",
            "associatedtype":
            let name = (words.first ?? "").prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            return name.isEmpty ? nil : String(name)
        default: return nil
        }
    }

    /// The first paragraph of the `///` lines above, attributes between them skipped; nil for none.
    private static func comment(
        above index: Int,
        in source: SourceText,
        brackets: [Int]
    ) -> String? {
        var line = index - 1
        // An attribute may take several lines, the last of which closes its bracket.
        while line >= 0, brackets[line] > 0 || isAttribute(source.code[line]) { line -= 1 }
        var comment: [Substring] = []
        while line >= 0 {
            let text = source.lines[line].drop { $0.isWhitespace }
            guard text.hasPrefix("///") else { break }
            comment.insert(text.dropFirst(3).drop { $0.isWhitespace }, at: 0)
            line -= 1
        }
        guard !comment.isEmpty else { return nil }
        return comment.prefix { !$0.isEmpty }.joined(separator: " ")
    }

    private static func isAttribute(_ line: String) -> Bool {
        let text = line.drop { $0.isWhitespace }
        return text.hasPrefix("@") || (text.first == ")" && text.count <= 2)
    }

    /// How many brackets are open where each line begins: a parameter's line declares nothing.
    private static func openBrackets(_ source: SourceText) -> [Int] {
        var depth = 0
        return source.code.map { line in
            defer {
                depth += line.count { "([".contains($0) } - line.count { ")]".contains($0) }
            }
            return depth
        }
    }

    private static func words(_ text: String) -> String {
        let small = text.lowercased().split { !$0.isLetter }
        return small.filter { !["a", "an", "the", "of"].contains($0) }.joined()
    }
}
