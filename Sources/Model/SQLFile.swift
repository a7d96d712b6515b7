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
}
