import Model

/// What readers of scalars have in common: the texts of their mistakes above all.
package enum ScalarReader {
    /// A scalar's text; a list or mapping is noted as a mistake.
    ///
    /// - Parameters:
    ///   - node: The value.
    ///   - key: The key it stands under, for the message.
    ///   - mistakes: Where a mistake is noted.
    /// - Returns: The text, or nil after a mistake.
    package static func text(
        _ node: Node,
        of key: String,
        noting mistakes: MistakeList
    ) -> String? {
        guard let scalar = node.scalar, !node.isNull else {
            mistakes.note("\"\(key)\" must be a text, not \(node.kindName)", at: node.place)
            return nil
        }
        return scalar.text
    }

    /// The message for a word that is none of those allowed.
    package static func noChoice(_ word: String, of key: String, among words: [String]) -> String {
        let hint = Suggestion.hint(for: word, among: words)
        let rest = hint.isEmpty ? "; write one of \(words.joined(separator: ", "))" : hint
        return "\"\(key)\" cannot be \"\(word)\"\(rest)"
    }
}
