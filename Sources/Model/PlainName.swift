/// Names that people give to workflows, steps and plugins.
package enum PlainName {
    /// Whether a text is made of small letters, digits and those signs, a letter or digit first.
    ///
    /// - Parameters:
    ///   - text: What was written.
    ///   - signs: The signs it may have behind its first letter.
    ///   - length: How many characters it may have.
    /// - Returns: Whether it is.
    package static func fits(_ text: String, signs: String, upTo length: Int) -> Bool {
        guard let first = text.utf8.first, isLetterOrDigit(first), text.utf8.count <= length else {
            return false
        }
        return text.utf8.allSatisfy { isLetterOrDigit($0) || signs.utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
