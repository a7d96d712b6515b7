/// Where in an HTML text one is, as far as it matters for putting values in.
///
/// It follows literal text only and knows as much of HTML as our templates use: elements, quoted
/// attribute values, comments, and that style and script have a language of their own.
struct HTMLPlace {
    private enum State {
        case text
        case comment
        /// Inside `<…>`, outside any quoted value; what was read since the last space.
        case tag(word: String)
        case value(attribute: String, quote: Character, soFar: String)
    }

    private var state = State.text
    private var element = ""
    private var readsElement = false

    /// Attributes whose value is a URL.
    ///
    /// Source: HTML Standard, "Attributes".
    private static let urlAttributes: Set = [
        "href", "src", "action", "formaction", "background", "poster", "cite", "data", "srcset",
        "xlink:href", "longdesc", "manifest", "ping",
    ]

    /// What putting a value here would mean.
    enum Verdict {
        case fine
        /// The value is a whole URL.
        case url
        case forbidden(String)
    }

    /// Passes over a piece of literal text.
    mutating func pass(_ text: Substring) {
        for character in text { pass(character) }
    }

    private mutating func pass(_ character: Character) {
        switch state {
        case .text:
            guard character == "<" else { return }
            state = .tag(word: "")
            element = ""
            readsElement = true
        case .comment:
            element = String((element + String(character)).suffix(3))
            if element == "-->" {
                state = .text
                element = ""
            }
        case .tag(let word):
            passInTag(character, word: word)
        case .value(let attribute, let quote, let soFar):
            state =
                character == quote
                ? .tag(word: "")
                : .value(attribute: attribute, quote: quote, soFar: soFar + String(character))
        }
    }

    private mutating func passInTag(_ character: Character, word: String) {
        switch character {
        case ">":
            state = .text
            readsElement = false
        case "\"", "'":
            let name = word.split(separator: "=").first.map(String.init) ?? ""
            state = .value(attribute: name.lowercased(), quote: character, soFar: "")
        case _ where character.isWhitespace:
            readsElement = false
            // Spaces may stand on both sides of the equals sign.
            state = .tag(word: word.hasSuffix("=") ? word : "")
        default:
            if readsElement { element.append(contentsOf: character.lowercased()) }
            state = element == "!--" ? .comment : .tag(word: word + String(character))
        }
    }

    /// What a value put in at this point would be.
    var verdict: Verdict {
        switch state {
        case .text:
            return ["style", "script"].contains(element)
                ? .forbidden("inside a \(element) element") : .fine
        case .comment: return .forbidden("inside a comment")
        case .tag: return .forbidden("inside a tag but outside a quoted value")
        case .value(let attribute, _, let soFar):
            if attribute == "style" || attribute.hasPrefix("on") {
                return .forbidden("in the attribute \(attribute)")
            }
            guard Self.urlAttributes.contains(attribute) else { return .fine }
            let isSettled = ["https://", "mailto:", "tel:"].contains { soFar.hasPrefix($0) }
            if isSettled { return .fine }
            return soFar.isEmpty
                ? .url : .forbidden("in a URL that begins with neither https:// nor mailto:")
        }
    }
}
