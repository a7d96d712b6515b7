/// HTML cut into tokens as a browser cuts it, to see where values between two marks came to stand.
///
/// Source: HTML Standard, "Tokenization"; without the tree, so that foreign elements are as others.
struct HTMLJudge {
    /// What begins a value.
    static let begin: Unicode.Scalar = "\u{E000}"
    /// What ends a value.
    static let end: Unicode.Scalar = "\u{E001}"

    /// Where a value stands.
    enum Place: Hashable {
        case text
        /// Inside an element whose content is no markup.
        case raw(String)
        /// Inside a quoted value of an attribute, and what stands before it that is no value.
        case attribute(String, before: String)
        /// Anywhere else inside `<…>` or a comment.
        case markup(String)
    }

    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var raw: String?
    /// Where each value begins and where it ends.
    private(set) var places: [(begin: Place, end: Place)] = []
    private var begun: [Place] = []
    /// The names of all start tags in order.
    private(set) var elements: [String] = []

    /// Reads a text.
    init(_ html: String) {
        scalars = Array(html.unicodeScalars)
        while at < scalars.count { step() }
    }

    private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
        at + distance < scalars.count ? scalars[at + distance] : nil
    }

    private func stands(_ word: String) -> Bool {
        var index = at
        for scalar in word.unicodeScalars {
            guard index < scalars.count,
                scalars[index].properties.lowercaseMapping == String(scalar)
            else { return false }
            index += 1
        }
        return true
    }

    /// Passes one scalar, noting marks.
    private mutating func pass(_ place: Place) {
        if scalars[at] == Self.begin { begun.append(place) }
        if scalars[at] == Self.end, let start = begun.popLast() { places.append((start, place)) }
        at += 1
    }

    private mutating func pass(until end: String, _ place: Place) {
        while at < scalars.count {
            if stands(end) {
                at += end.unicodeScalars.count
                return
            }
            pass(place)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        ["\t", "\n", "\u{C}", "\r", " "].contains(scalar)
    }

    private mutating func step() {
        if let name = raw {
            guard name != "plaintext", endsRaw(name) else { return pass(.raw(name)) }
            raw = nil
        }
        guard peek() == "<" else { return pass(.text) }
        if Self.isLetter(peek(1)) {
            at += 1
            tag(isEnd: false)
        } else if peek(1) == "/", Self.isLetter(peek(2)) {
            at += 2
            tag(isEnd: true)
        } else if stands("<!--") {
            comment()
        } else if peek(1) == "!" || peek(1) == "?" || peek(1) == "/" {
            at += 1
            pass(until: ">", .markup("declaration"))
        } else {
            pass(.text)
        }
    }

    private func endsRaw(_ name: String) -> Bool {
        guard stands("</" + name) else { return false }
        guard let next = peek(2 + name.unicodeScalars.count) else { return false }
        return Self.isSpace(next) || next == "/" || next == ">"
    }

    private mutating func comment() {
        at += 4
        if stands(">") || stands("->") {
            pass(until: ">", .markup("comment"))
            return
        }
        while at < scalars.count {
            if stands("-->") || stands("--!>") {
                pass(until: ">", .markup("comment"))
                return
            }
            pass(.markup("comment"))
        }
    }

    private mutating func tag(isEnd: Bool) {
        var name = ""
        while let next = peek(), !Self.isSpace(next), next != "/", next != ">" {
            name += next.properties.lowercaseMapping
            pass(.markup("tag"))
        }
        while let next = peek(), next != ">" {
            if Self.isSpace(next) || next == "/" { pass(.markup("tag")) } else { attribute() }
        }
        guard peek() == ">" else { return }
        at += 1
        guard !isEnd else { return }
        elements.append(name)
        let isRaw = [
            "title", "textarea", "style", "script", "xmp", "iframe", "noembed", "noframes",
            "plaintext",
        ].contains(name)
        if isRaw { raw = name }
    }

    private mutating func attribute() {
        var name = ""
        repeat {
            name += peek()?.properties.lowercaseMapping ?? ""
            pass(.markup("attribute name"))
        } while peek().map { !Self.isSpace($0) && !["/", ">", "="].contains($0) } == true
        while let next = peek(), Self.isSpace(next) { pass(.markup("tag")) }
        guard peek() == "=" else { return }
        at += 1
        while let next = peek(), Self.isSpace(next) { pass(.markup("tag")) }
        if let quote = peek(), quote == "\"" || quote == "'" {
            at += 1
            var before = ""
            var isValue = false
            while let next = peek(), next != quote {
                pass(.attribute(name, before: before))
                if next == Self.begin || next == Self.end {
                    isValue = next == Self.begin
                } else if !isValue {
                    before.unicodeScalars.append(next)
                }
            }
            at += 1
        } else {
            while let next = peek(), !Self.isSpace(next), next != ">" {
                pass(.markup("unquoted value"))
            }
        }
    }
}
