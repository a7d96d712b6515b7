/// One Swift file: as it stands, and with comments and texts blanked so that only code is left.
struct SourceText: Sendable {
    /// The path from the package's folder.
    let path: String
    /// The lines as they stand.
    let lines: [String]
    /// The same lines; comments, texts and names in backticks are blanks.
    let code: [String]
    /// What stands between braces.
    let blocks: [CodeBlock]

    /// Reads a text.
    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blanker = Blanker(text)
        code = blanker.blanked().split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        blocks = CodeBlock.all(in: code)
    }

    /// The room or test target the file belongs to: the second part of its path.
    var room: String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : ""
    }

    /// A finding at a line of this file, counted from 0.
    func finding(_ index: Int, _ message: String) -> Finding {
        Finding(path: path, line: index + 1, message: message)
    }
}
