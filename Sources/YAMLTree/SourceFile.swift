package import Model

/// A file's text with its lines at hand, so that a mistake can show the line it means.
package struct SourceFile: Sendable {
    /// The path shown to people.
    package let path: String
    /// The whole text.
    package let text: String
    private let lines: [Substring]

    /// Wraps a text that was read from that path.
    package init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// A mistake at a place in this file, with its source line.
    package func mistake(_ message: String, at place: SourcePlace) -> Mistake {
        let index = place.line - 1
        let line = lines.indices.contains(index) ? String(lines[index]) : nil
        return Mistake(message, at: place, sourceLine: line.map { $0.filter { $0 != "\r" } })
    }

    /// The place of a line and column, both from 1.
    package func place(_ line: Int, _ column: Int) -> SourcePlace {
        SourcePlace(file: path, line: line, column: column)
    }
}
