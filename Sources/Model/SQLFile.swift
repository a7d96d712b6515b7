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
}
