import FoundationEssentials

/// Writes fields of a mail's header in ASCII, so that no value can begin another field.
///
/// Source: RFC 5322 §2.2 for fields and folding, RFC 2047 for encoded words.
enum HeaderField {
    /// No line is longer, its end not counted.
    static let lineLength = 76

    /// Refuses what could end a field or hide in it.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - what: What it is, for the message.
    /// - Throws: ``MailMistake`` when it holds a line break or another control character.
    static func check(_ value: String, of what: String) throws(MailMistake) {
        let bad = value.unicodeScalars.first {
            $0.properties.generalCategory == .control || $0 == "\u{2028}" || $0 == "\u{2029}"
        }
        guard let bad else { return }
        throw MailMistake(
            "\(what) holds a line break or control character (U+"
                + String(bad.value + 0x10000, radix: 16, uppercase: true).dropFirst()
                + "), which no header may carry"
        )
    }

    /// A field of free text, as Subject.
    static func text(_ name: String, _ value: String) throws(MailMistake) -> String {
        try check(value, of: "the \(name.lowercased())")
        let prefix = name + ": "
        if isPlain(value), prefix.utf8.count + value.utf8.count <= lineLength {
            return prefix + value + "\r\n"
        }
        return prefix + encodedWords(value, after: prefix.utf8.count) + "\r\n"
    }

    /// A field of one mailbox, as From.
    static func mailbox(_ name: String, _ mailbox: MailAddress) throws(MailMistake) -> String {
        try check(mailbox.name, of: "the name in \(name.lowercased())")
        let prefix = name + ": "
        guard !mailbox.name.isEmpty else { return prefix + folded(mailbox.address, prefix) }
        let address = "<\(mailbox.address)>"
        let quoted =
            "\"" + mailbox.name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        if isPlain(mailbox.name),
            prefix.utf8.count + quoted.utf8.count + address.utf8.count < lineLength
        {
            return prefix + quoted + " " + address + "\r\n"
        }
        let words = encodedWords(mailbox.name, after: prefix.utf8.count)
        return prefix + words + "\r\n " + address + "\r\n"
    }

    /// A field whose value is ours and short.
    static func token(_ name: String, _ value: String) -> String {
        let prefix = name + ": "
        return prefix + folded(value, prefix)
    }

    private static func folded(_ value: String, _ prefix: String) -> String {
        (prefix.utf8.count + value.utf8.count <= lineLength ? value : "\r\n " + value) + "\r\n"
    }

    /// Whether it can stand as it is: printable ASCII, nothing that looks encoded, no outer spaces.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
            && !text.hasPrefix(" ") && !text.hasSuffix(" ")
    }

    /// Base64 words of at most 75 characters, each with whole characters, one on a line.
    private static func encodedWords(_ text: String, after used: Int) -> String {
        var words: [String] = []
        var piece = ""
        // 12 characters frame a word, four stand for three bytes, and one space begins a line.
        var room = (lineLength - max(used, 1) - 12) / 4 * 3
        let end = {
            words.append("=?UTF-8?B?\(Data(piece.utf8).base64EncodedString())?=")
            piece = ""
            room = (lineLength - 1 - 12) / 4 * 3
        }
        for unit in units(of: text) {
            if piece.utf8.count + unit.utf8.count > room, !piece.isEmpty { end() }
            piece += unit
        }
        if !piece.isEmpty { end() }
        return words.joined(separator: "\r\n ")
    }

    /// Characters as people see them, those too long for one word cut into scalars.
    private static func units(of text: String) -> [String] {
        text.flatMap { character -> [String] in
            guard character.utf8.count > 24 else { return [String(character)] }
            return character.unicodeScalars.map(String.init)
        }
    }
}
