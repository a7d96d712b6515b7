/// A file of SQL statements that belongs to a plugin.
package struct SQLFile: Sendable, Hashable {
    /// The path shown to people.
    package let path: String
    /// Its statements.
    package let text: String

    /// Wraps a file's text.
    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Only the path: prepared statements are found by their file at every step, and texts are
    /// long.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(text.utf8.count)
    }

    /// A mistake at a byte of the text, with its line.
    ///
    /// Lines end in LF or CR LF: they are counted in bytes, because to Swift CR LF is one character
    /// that is no LF.
    package func mistake(_ message: String, atByte offset: Int) -> Mistake {
        let bytes = text.utf8
        let limit = min(max(0, offset), bytes.count)
        let before = bytes[..<bytes.index(bytes.startIndex, offsetBy: limit)]
        let start = before.lastIndex(of: 0x0A).map(bytes.index(after:)) ?? bytes.startIndex
        let line = bytes[start...].prefix { $0 != 0x0A && $0 != 0x0D }
        let place = SourcePlace(
            file: path,
            line: before.count { $0 == 0x0A } + 1,
            column: text[start..<min(before.endIndex, line.endIndex)].count + 1
        )
        return Mistake(message, at: place, sourceLine: String(Substring(line)))
    }
}
