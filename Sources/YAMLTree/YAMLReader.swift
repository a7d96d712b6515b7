package import Model

/// Reads YAML text into nodes that know where they stand; refuses what workflow files never need.
package enum YAMLReader {
    /// Reads one document.
    ///
    /// Anchors, aliases, tags, a key given twice, keys that are no plain text and a second document
    /// are mistakes; so is too large, too deep or too much. An empty file is a node that is null.
    ///
    /// - Parameter file: The text and its path.
    /// - Returns: The document's root.
    /// - Throws: Every mistake up to the first one after which libyaml cannot go on.
    package static func read(_ file: SourceFile) throws(Mistakes) -> Node {
        let size = file.text.utf8.count
        guard size <= Limits.yamlBytes else {
            throw Mistakes([
                file.mistake(
                    "the file has \(size) bytes, more than \(Limits.yamlBytes); split it",
                    at: file.place(1, 1)
                )
            ])
        }
        guard let events = YAMLEvents(file.text) else {
            throw Mistakes([
                file.mistake("no memory left to read this file", at: file.place(1, 1))
            ])
        }
        let builder = TreeBuilder(file, events)
        let root = builder.build()
        if let mistakes = Mistakes(ifAny: builder.mistakes.all) { throw mistakes }
        return root
    }
}
