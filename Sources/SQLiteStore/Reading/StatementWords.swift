extension Statement {
    /// A column as one of the words of an enum.
    ///
    /// - Parameter column: From 0.
    /// - Returns: The word.
    /// - Throws: A refusal when it is none: a newer Till wrote it.
    func word<Word: RawRepresentable>(_ column: Int) throws(SQLFault) -> Word
    where Word.RawValue == String {
        let text = text(column)
        guard let word = Word(rawValue: text) else {
            throw .refusal(
                "the word \"\(text)\" of column \(columnName(column)) is unknown; "
                    + "a newer Till wrote it"
            )
        }
        return word
    }
}
