package import Model

/// A file's text with its lines at hand, so that a mistake can show the line it means.
package struct SourceFile: Sendable {
    /// The path shown to people.
    package let path: String
    /// The whole text, without a byte order mark.
    package let text: String
    /// Its lines without their ends, as YAML and Swift count them (`\n`, `\r\n`, `\r`, …).
    let lines: [Substring]

    /// Wraps a text that was read from that path.
    package init(path: String, text: String) {
        self.path = path
        self.text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        lines = self.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    /// A mistake at a place in this file, with its source line.
    package func mistake(_ message: String, at place: SourcePlace) -> Mistake {
        let index = place.line - 1
        let line = lines.indices.contains(index) ? String(lines[index]) : nil
        return Mistake(message, at: place, sourceLine: line)
    }

    /// The place of a line and column, both from 1.
    package func place(_ line: Int, _ column: Int) -> SourcePlace {
        SourcePlace(file: path, line: line, column: column)
    }
}
