package import Model

extension SourceFile {
    /// Where a character of a scalar's text stands in the file, quotes and folding undone.
    ///
    /// - Parameters:
    ///   - node: A scalar of this file; anything else gives its own place.
    ///   - offset: Which character, in UTF-8 bytes from the start of the scalar's text.
    /// - Returns: Its place; near it where the text was folded in an unusual way.
    package func place(in node: Node, offset: Int) -> SourcePlace {
        guard let scalar = node.scalar, var walk = ScalarWalk(lines, from: node) else {
            return node.place
        }
        var rest = scalar.text.unicodeScalars[...]
        var consumed = 0
        while consumed < offset, let next = rest.popFirst() {
            walk.pass(next)
            consumed += UTF8.width(next)
        }
        if let next = rest.first { walk.settle(before: next) }
        return place(walk.line + 1, walk.column)
    }
}

/// Walks through a scalar's source in step with its text.
private struct ScalarWalk {
    private enum Style { case plain, single, double, block }

    private let lines: [Substring]
    private let style: Style
    private var indent = 0
    private(set) var line: Int
    private var rest: Substring.UnicodeScalarView

    /// Begins at the first character of the text.
    init?(_ lines: [Substring], from node: Node) {
        guard let scalar = node.scalar, lines.indices.contains(node.place.line - 1) else {
            return nil
        }
        self.lines = lines
        line = node.place.line - 1
        rest = lines[line].dropFirst(node.place.column - 1).unicodeScalars
        if scalar.isPlain {
            style = .plain
        } else if scalar.isBlock {
            style = .block
            indent = blockIndent(scalar.text)
            nextLine()
        } else {
            style = rest.first == "'" ? .single : .double
            _ = rest.popFirst()
        }
    }

    /// The column in characters, from 1.
    var column: Int {
        let text = lines[line]
        return text.distance(from: text.startIndex, to: rest.startIndex) + 1
    }

    /// Goes over what stands in the source for one scalar of the text.
    mutating func pass(_ next: Unicode.Scalar) {
        if next == " " || next == "\n", isAtBreak {
            nextLine()
            return
        }
        settle(before: next)
        guard let here = rest.popFirst() else { return }
        switch (style, here) {
        case (.single, "'"): _ = rest.popFirst()
        case (.double, "\\"): passEscape()
        default: break
        }
    }

    /// Goes over line breaks that stand for nothing before a scalar of the text.
    mutating func settle(before next: Unicode.Scalar) {
        while line + 1 < lines.count {
            if style == .double, rest.elementsEqual("\\".unicodeScalars) {
                nextLine()
            } else if next != "\n", next != " ", isAtBreak {
                nextLine()
            } else {
                return
            }
        }
    }

    private var isAtBreak: Bool {
        style == .block ? rest.isEmpty : rest.allSatisfy { $0 == " " || $0 == "\t" }
    }

    private mutating func nextLine() {
        guard line + 1 < lines.count else { return }
        line += 1
        rest = lines[line].unicodeScalars
        var left = style == .block ? indent : Int.max
        while left > 0, rest.first == " " || (style != .block && rest.first == "\t") {
            _ = rest.popFirst()
            left -= 1
        }
    }

    private mutating func passEscape() {
        let length =
            switch rest.popFirst() {
            case "x": 2
            case "u": 4
            case "U": 8
            default: 0
            }
        rest = rest.dropFirst(length)
    }

    /// How many spaces before each line of a block scalar are not part of its text.
    private func blockIndent(_ text: String) -> Int {
        func spaces(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }
        let inFile = lines.dropFirst(line + 1).first { !$0.allSatisfy { $0 == " " } }
        let inText = text.split(separator: "\n").first { !$0.allSatisfy { $0 == " " } }
        return max(0, (inFile.map(spaces) ?? 0) - (inText.map(spaces) ?? 0))
    }
}
