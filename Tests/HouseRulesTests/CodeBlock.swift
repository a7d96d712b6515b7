/// Something between braces.
struct CodeBlock: Sendable {
    /// What opened it.
    enum Kind: Sendable {
        /// A type or an extension: what stands in it are members.
        case type
        /// A protocol: what stands in it are requirements.
        case `protocol`
        /// A function, an initialiser, an accessor.
        case function
        /// Anything else: a closure, a loop, a property's body.
        case other
    }

    /// What opened it.
    let kind: Kind
    /// The line of its opening brace, from 0.
    let open: Int
    /// The line of its closing brace, from 0.
    let close: Int
    /// How many blocks around it are no types; 0 for a member.
    let depth: Int
    /// Whether a private type is around it, or it is one.
    let isPrivate: Bool

    /// Whether what stands in it are members.
    var isType: Bool { kind == .type || isProtocol }
    /// Whether what stands in it are requirements.
    var isProtocol: Bool { kind == .protocol }
    /// Whether it is a function's body, or that of a member like it.
    var isFunction: Bool { kind == .function || (kind == .other && depth == 0) }

    /// All blocks of a file in the order in which they close.
    static func all(in code: [String]) -> [CodeBlock] {
        var blocks: [CodeBlock] = []
        var open: [(kind: Kind, line: Int, isPrivate: Bool)] = []
        var head = ""
        for (index, line) in code.enumerated() {
            for letter in line {
                switch letter {
                case "{":
                    let hidden = words(of: head).contains { $0.hasSuffix("private") }
                    open.append((kind(of: head), index, hidden || open.last?.isPrivate == true))
                    head = ""
                case "}":
                    if let top = open.popLast() {
                        blocks.append(
                            CodeBlock(
                                kind: top.kind,
                                open: top.line,
                                close: index,
                                depth: open.count { $0.kind != .type && $0.kind != .protocol },
                                isPrivate: top.isPrivate
                            )
                        )
                    }
                    head = ""
                case ";": head = ""
                default: head.append(letter)
                }
            }
            head = endsStatement(line, head) ? "" : head + " "
        }
        return blocks
    }

    /// Whether what was read so far of a head cannot belong to a brace on a later line.
    private static func endsStatement(_ line: String, _ head: String) -> Bool {
        guard head.contains(where: { !$0.isWhitespace }) else { return true }
        guard words(of: head).contains(where: openers.contains) else { return true }
        let openings = head.count { $0 == "(" || $0 == "[" }
        let closings = head.count { $0 == ")" || $0 == "]" }
        let next = line.last { !$0.isWhitespace }
        return openings == closings && next != "," && next != ":" && next != ">" && next != ")"
            && next != "&"
    }

    /// The words after which a brace opens a type or a function.
    private static let openers: Set<Substring> = [
        "func", "init", "deinit", "subscript", "struct", "class", "enum", "actor", "protocol",
        "extension",
    ]

    /// The words of some code; `.init` keeps its dot and `private(set)` its bracket, being other
    /// things.
    private static func words(of code: String) -> [Substring] {
        code.replacing("private(", with: "private_").replacing("init(", with: "init (")
            .split { !$0.isLetter && !$0.isNumber && $0 != "." && $0 != "_" }
    }

    private static func kind(of head: String) -> Kind {
        switch words(of: head).first(where: openers.contains) {
        case nil: .other
        case "func", "init", "deinit", "subscript": .function
        case "protocol": .protocol
        default: .type
        }
    }
}
