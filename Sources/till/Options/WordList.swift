import ArgumentParser
import Model

/// One or more words of an enum between commas: `--status dead,unsure`.
struct WordList<Word: RawRepresentable<String> & CaseIterable & Sendable>: ExpressibleByArgument,
    Sendable
{
    /// The words.
    let words: [Word]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        words = parts.compactMap { Word(rawValue: String($0)) }
        guard words.count == parts.count else { return nil }
    }

    static var allValueStrings: [String] { Word.allCases.map(\.rawValue) }

    /// Reads the words, and says which one is wrong and what it may have meant.
    static func read(_ argument: String) throws -> WordList {
        if let list = WordList(argument: argument) { return list }
        let known = allValueStrings
        let wrong =
            argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            .first { !known.contains($0) } ?? argument
        let hint = Suggestion.nearest(to: wrong, among: known).map { " Did you mean \"\($0)\"?" }
        throw ValidationError(
            "\"\(wrong)\" is no status.\(hint ?? "") It is one of \(known.joined(separator: ", "))"
        )
    }
}
