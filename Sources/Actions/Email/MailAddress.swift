/// A mailbox: an address, with a name to show or without.
package struct MailAddress: Sendable, Hashable {
    /// What people see; empty for none.
    package let name: String
    /// The address: `local@domain`, ASCII.
    package let address: String

    /// What follows the at sign.
    package var domain: String { String(address.split(separator: "@").last ?? "") }

    /// Reads `shop@example.com` or `Example Shop <shop@example.com>`.
    ///
    /// - Parameter text: The mailbox as a person wrote it.
    /// - Throws: ``MailMistake`` saying what is wrong.
    package init(parsing text: String) throws(MailMistake) {
        let trimmed = text.drop { $0 == " " }
        guard trimmed.last == ">", let open = trimmed.lastIndex(of: "<") else {
            name = ""
            address = try Self.checked(String(trimmed))
            return
        }
        let shown = trimmed[..<open].split(separator: " ").joined(separator: " ")
        let isQuoted = shown.count >= 2 && shown.first == "\"" && shown.last == "\""
        name = isQuoted ? String(shown.dropFirst().dropLast()) : shown
        try HeaderField.check(name, of: "the name beside an address")
        address = try Self.checked(String(trimmed[trimmed.index(after: open)...].dropLast()))
    }

    /// Checks a bare address: no name, no comment, no quotes, ASCII only.
    ///
    /// - Parameter text: The address.
    /// - Returns: The same text.
    /// - Throws: ``MailMistake`` saying what is wrong.
    package static func checked(_ text: String) throws(MailMistake) -> String {
        let shown = "\"\(shown(text))\""
        guard !text.isEmpty else { throw MailMistake("the address is empty") }
        guard text.utf8.count <= 254 else {
            throw MailMistake("the address is longer than 254 characters")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MailMistake(
                "\(shown) holds a space, a control character or a letter outside ASCII, which no "
                    + "address may have here"
            )
        }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw MailMistake("\(shown) is not one address of the form name@domain")
        }
        let local = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts[0].utf8.count <= 64, local.allSatisfy({ isAtom($0) }) else {
            throw MailMistake("\(shown) has a part before the @ that is not usual in addresses")
        }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard parts[1].utf8.count <= 253, labels.allSatisfy({ isLabel($0) }) else {
            throw MailMistake("\(shown) has a part behind the @ that is no domain")
        }
        return text
    }

    /// What messages show of a text that should be an address.
    static func shown(_ text: String) -> String {
        String(Substring(text.unicodeScalars.filter { $0.value > 0x20 }.prefix(80)))
    }

    /// Source: RFC 5322 §3.2.3, atext.
    private static func isAtom(_ text: Substring) -> Bool {
        let signs = "!#$%&'*+-/=?^_`{|}~".utf8
        return !text.isEmpty
            && text.utf8.allSatisfy {
                isLetterOrDigit($0) || signs.contains($0)
            }
    }

    private static func isLabel(_ text: Substring) -> Bool {
        (1...63).contains(text.utf8.count) && text.first != "-" && text.last != "-"
            && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
