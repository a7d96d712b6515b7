/// Takes secrets and personal data out of what is reported.
///
/// Two ways: by the name a value stands under, and by what the value looks like.
package enum Scrubber {
    /// What stands in the place of what was taken out.
    package static let mark = "[scrubbed]"

    /// Parts of names, lower case without signs, whose values are never reported.
    private static let words = [
        "email", "mail", "phone", "address", "card", "cvc", "cvv", "iban", "secret", "token",
        "password", "passwd", "passphrase", "authorization", "cookie", "apikey", "privatekey",
        "credential", "birth", "taxid", "ipaddr", "street", "postal", "zipcode",
    ]

    /// A tree without secrets and personal data.
    package static func scrub(_ tree: JSONNode) -> JSONNode {
        switch tree {
        case .null, .boolean: tree
        case .number(let digits): isCardNumber(digits) ? .text(mark) : tree
        case .text(let text): .text(scrub(text))
        case .array(let items): .array(items.map(scrub))
        case .object(let pairs):
            .object(
                pairs.map { pair in
                    JSONNode.Pair(
                        scrub(pair.key),
                        isPrivate(pair.key) && pair.value != .null
                            ? .text(mark) : scrub(pair.value)
                    )
                }
            )
        }
    }

    /// Whether what stands under a name is nobody's business.
    package static func isPrivate(_ name: String) -> Bool {
        let plain = name.lowercased().filter { $0.isLetter }
        // A name of a person, but not the name of a workflow.
        if ["name", "firstname", "lastname", "fullname", "customername", "holdername", "username"]
            .contains(plain)
        {
            return true
        }
        return words.contains { plain.contains($0) }
    }

    /// A text without keys, addresses of mail, and card numbers.
    package static func scrub(_ text: String) -> String {
        let text = scrubbingCards(in: text)
        var out = ""
        var rest = text[...]
        while !rest.isEmpty {
            let word = rest.prefix(while: isOfWord)
            out += isSecret(word) ? mark[...] : word
            rest = rest[word.endIndex...]
            let gap = rest.prefix { !isOfWord($0) }
            out += gap
            rest = rest[gap.endIndex...]
        }
        return out
    }

    /// Whether a character may stand in a key or an address of mail.
    private static func isOfWord(_ character: Character) -> Bool {
        guard let byte = character.asciiValue else {
            return character.isLetter || character.isNumber
        }
        return switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "@"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    /// Whether a word is a key of Stripe or an address of mail.
    private static func isSecret(_ word: Substring) -> Bool {
        // Every key has the one sign in it, every address the other.
        let isCandidate = word.utf8.contains {
            $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "@")
        }
        guard isCandidate else { return false }
        let isKey = ["sk_", "rk_", "whsec_", "pk_"].contains { prefix in
            guard let start = word.firstRange(of: prefix) else { return false }
            return word[start.upperBound...].count >= 8
        }
        // Client secrets of PaymentIntents and SetupIntents: pi_…_secret_….
        if let middle = word.firstRange(of: "_secret_"), word[middle.upperBound...].count >= 6 {
            return true
        }
        let parts = word.split(separator: "@", omittingEmptySubsequences: false)
        // A wrong address, with two signs, is one too.
        return isKey || parts.count > 1 && !parts[0].isEmpty && parts.last?.contains(".") == true
    }

    /// Replaces runs of digits, with single spaces or hyphens between, that are card numbers.
    private static func scrubbingCards(in text: String) -> String {
        let digits = text.utf8.count { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if digits < 13 { return text }
        var out = ""
        var run = ""
        let end = {
            let tail = run.reversed().prefix { !("0"..."9").contains($0) }
            let body = run.dropLast(tail.count)
            out += isCardNumber(String(body)) ? mark : String(body)
            out += String(tail.reversed())
            run = ""
        }
        for character in text {
            let isDigit = ("0"..."9").contains(character)
            let joins = character == " " || character == "-"
            if isDigit || joins && !run.isEmpty && run.last?.isNumber == true {
                run.append(character)
            } else {
                end()
                out.append(character)
            }
        }
        end()
        return out
    }

    /// Thirteen to nineteen digits of a card scheme whose check digit fits.
    ///
    /// Source: ISO/IEC 7812-1.
    package static func isCardNumber(_ text: String) -> Bool {
        let digits = text.compactMap { $0.isASCII ? $0.wholeNumberValue : nil }
        let others = text.filter { !$0.isNumber && $0 != " " && $0 != "-" }
        guard others.isEmpty, (13...19).contains(digits.count), (2...6).contains(digits[0]) else {
            return false
        }
        let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
            let (index, value) = digit
            let doubled = value * 2
            return sum + (index % 2 == 0 ? value : doubled > 9 ? doubled - 9 : doubled)
        }
        return sum % 10 == 0
    }
}
