/// Where in an HTML text one is, as far as it matters for putting values in.
///
/// It follows literal text only, scalar by scalar, as a browser cuts it into tokens.
/// Source: HTML Standard, "Tokenization".
struct HTMLPlace {
    private enum State: Hashable {
        case text
        /// Behind `<`, what begins there not being clear yet.
        case opened(String)
        case elementName(String)
        /// Inside `<…>`, between attributes.
        case tag
        case attributeName(String)
        /// Behind an attribute's name and spaces.
        case attributeEnd(String)
        /// Behind an attribute's equals sign.
        case equals(String)
        /// In a value without quotes.
        case bareValue
        /// In a value with quotes, of which only the beginning matters.
        case value(attribute: String, quote: Unicode.Scalar, start: String)
        case comment(dashes: Int, isBegin: Bool, isBang: Bool)
        /// In `<!…>` or `<?…>`, up to the next `>`.
        case declaration
    }

    private var state = State.text
    /// The element of the tag that is being read; empty for an end tag.
    private var element = ""
    /// The element around that holds no other elements.
    private var raw: String?
    /// In such an element: what may become its end tag.
    private var rawEnd = ""

    /// No name that matters is longer.
    private static let nameLimit = 32

    /// Elements in which `<` begins nothing but their own end.
    private static let rawElements: Set = [
        "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes",
        "plaintext",
    ]

    /// Attributes whose value is a URL.
    ///
    /// Source: HTML Standard, "Attributes".
    private static let urlAttributes: Set = [
        "href", "src", "action", "formaction", "background", "poster", "cite", "data", "srcset",
        "xlink:href", "longdesc", "manifest", "ping",
    ]

    /// What putting a value here would mean.
    enum Verdict: Hashable {
        case fine
        /// The value is a whole URL.
        case url
        case forbidden(String)
    }

    /// All that decides what later text means: it must be the same at both ends of a section, which
    /// may be left out or repeated.
    var context: some Hashable {
        var state = state
        if case .value(let attribute, let quote, _) = state {
            state = .value(attribute: attribute, quote: quote, start: "")
        }
        return [AnyHashable(state), element, raw, rawEnd, verdict]
    }

    /// Passes over a piece of literal text.
    mutating func pass(_ text: Substring) {
        for scalar in text.unicodeScalars { pass(scalar) }
    }

    private mutating func pass(_ scalar: Unicode.Scalar) {
        switch state {
        case .text: raw == nil ? passText(scalar) : passRaw(scalar)
        case .opened(let word): passOpened(scalar, word)
        case .comment(let dashes, let isBegin, let isBang):
            passComment(scalar, dashes: dashes, isBegin: isBegin, isBang: isBang)
        case .declaration: if scalar == ">" { state = .text }
        case .value(let attribute, let quote, let start):
            if scalar == quote {
                state = .tag
            } else if start.unicodeScalars.count < Self.nameLimit {
                let longer = start + String(scalar)
                state = .value(attribute: attribute, quote: quote, start: longer)
            }
        default: passTag(scalar)
        }
    }

    private mutating func passText(_ scalar: Unicode.Scalar) {
        if scalar == "<" { state = .opened("") }
    }

    private mutating func passRaw(_ scalar: Unicode.Scalar) {
        guard let raw, raw != "plaintext" else { return }
        let end = "</" + raw
        if rawEnd == end, Self.endsName(scalar) {
            (self.raw, rawEnd, element) = (nil, "", "")
            state = .tag
            passTag(scalar)
        } else {
            let longer = rawEnd + scalar.properties.lowercaseMapping
            rawEnd = end.hasPrefix(longer) ? longer : scalar == "<" ? "<" : ""
        }
    }

    private mutating func passOpened(_ scalar: Unicode.Scalar, _ word: String) {
        switch (word, scalar) {
        case ("", "/"), ("", "!"), ("!", "-"): state = .opened(word + String(scalar))
        case ("!-", "-"): state = .comment(dashes: 0, isBegin: true, isBang: false)
        case ("", _) where Self.isLetter(scalar), ("/", _) where Self.isLetter(scalar):
            element = ""
            state = .elementName(word + scalar.properties.lowercaseMapping)
        case ("", "?"): state = .declaration
        case ("", _):
            state = .text
            passText(scalar)
        default: state = scalar == ">" ? .text : .declaration
        }
    }

    private mutating func passComment(
        _ scalar: Unicode.Scalar,
        dashes: Int,
        isBegin: Bool,
        isBang: Bool
    ) {
        switch scalar {
        case "-":
            state = .comment(
                dashes: isBang ? 1 : min(2, dashes + 1),
                isBegin: isBegin,
                isBang: false
            )
        case ">" where dashes >= 2 || isBegin || isBang: state = .text
        case "!" where dashes >= 2: state = .comment(dashes: 0, isBegin: false, isBang: true)
        default: state = .comment(dashes: 0, isBegin: false, isBang: false)
        }
    }

    private mutating func passTag(_ scalar: Unicode.Scalar) {
        if scalar == ">" { return endTag() }
        switch state {
        case .elementName(let name):
            if Self.endsName(scalar) {
                nameElement(name)
            } else {
                state = .elementName(Self.longer(name, scalar))
            }
        case .tag: begin(scalar)
        case .attributeName(let name):
            if scalar == "=" {
                state = .equals(name)
            } else if Self.endsName(scalar) {
                state = scalar == "/" ? .tag : .attributeEnd(name)
            } else {
                state = .attributeName(Self.longer(name, scalar))
            }
        case .attributeEnd(let name):
            if scalar == "=" {
                state = .equals(name)
            } else if !Self.isSpace(scalar) {
                begin(scalar)
            }
        case .equals(let name):
            if scalar == "\"" || scalar == "'" {
                state = .value(attribute: name, quote: scalar, start: "")
            } else if !Self.isSpace(scalar) {
                state = .bareValue
            }
        default: if Self.isSpace(scalar) { state = .tag }
        }
    }

    /// What begins between attributes.
    private mutating func begin(_ scalar: Unicode.Scalar) {
        state =
            Self.isSpace(scalar) || scalar == "/"
            ? .tag : .attributeName(scalar.properties.lowercaseMapping)
    }

    private mutating func nameElement(_ name: String) {
        element = name.hasPrefix("/") ? "" : name
        state = .tag
    }

    private mutating func endTag() {
        if case .elementName(let name) = state { nameElement(name) }
        if Self.rawElements.contains(element) { raw = element }
        element = ""
        state = .text
    }

    private static func longer(_ name: String, _ scalar: Unicode.Scalar) -> String {
        name.unicodeScalars.count < nameLimit ? name + scalar.properties.lowercaseMapping : name
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        ["\t", "\n", "\u{C}", "\r", " "].contains(scalar)
    }

    private static func endsName(_ scalar: Unicode.Scalar) -> Bool {
        isSpace(scalar) || scalar == "/" || scalar == ">"
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    /// What a value put in at this point would be.
    var verdict: Verdict {
        switch state {
        case .text:
            guard let raw else { return .fine }
            if !rawEnd.isEmpty { return .forbidden("inside a tag but outside a quoted value") }
            return ["title", "textarea"].contains(raw)
                ? .fine : .forbidden("inside a \(raw) element")
        case .comment, .declaration: return .forbidden("inside a comment")
        case .value(let attribute, _, let start):
            if ["style", "srcdoc"].contains(attribute) || attribute.hasPrefix("on") {
                return .forbidden("in the attribute \(attribute)")
            }
            guard Self.urlAttributes.contains(attribute) else { return .fine }
            let isSettled = ["https://", "mailto:", "tel:"].contains { start.hasPrefix($0) }
            if isSettled { return .fine }
            return start.isEmpty
                ? .url : .forbidden("in a URL that begins with neither https:// nor mailto:")
        default: return .forbidden("inside a tag but outside a quoted value")
        }
    }
}
