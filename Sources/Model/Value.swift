/// One value on its way from an expression or a literal into an action, or out of it again.
///
/// The first four cases are SQLite's storage classes less BLOB; `json` is an object or array that a
/// workflow wrote as nested YAML, already rendered.
package enum Value: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    /// The text of a JSON object or array; always well-formed.
    case json(String)

    /// The value as it reads inside other text: NULL is empty, numbers as SQLite prints them.
    package var asText: String {
        switch self {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text), .json(let text): text
        }
    }

    /// The value as JSON text; NULL is `null`, a real that JSON cannot hold is `null` too.
    package var asJSON: String {
        switch self {
        case .null: "null"
        case .integer(let number): String(number)
        case .real(let number): number.isFinite ? String(number) : "null"
        case .text(let text): JSONText.quoted(text)
        case .json(let text): text
        }
    }

    /// SQLite's idea of truth: a number other than zero; text counts by its leading number.
    ///
    /// NULL is not true. Source: SQLite "Boolean Expressions".
    package var isTrue: Bool {
        switch self {
        case .null, .json: false
        case .integer(let number): number != 0
        case .real(let number): number != 0
        case .text(let text): (Double(text.prefix { "+-.0123456789".contains($0) }) ?? 0) != 0
        }
    }
}

/// Named values in a fixed order: a step's inputs, or the row an effect returned.
package struct Fields: Sendable, Hashable {
    /// Name and value, in the order they were written.
    package var pairs: [(name: String, value: Value)]

    /// Makes the list; a name must not occur twice.
    package init(_ pairs: [(name: String, value: Value)] = []) {
        self.pairs = pairs
    }

    /// The value of that name; setting an unknown name appends it, setting nil removes it.
    package subscript(name: String) -> Value? {
        get { pairs.first { $0.name == name }?.value }
        set {
            guard let index = pairs.firstIndex(where: { $0.name == name }) else {
                if let newValue { pairs.append((name, newValue)) }
                return
            }
            if let newValue { pairs[index].value = newValue } else { pairs.remove(at: index) }
        }
    }

    /// The text of that name, or nil where it is missing or NULL.
    package func text(_ name: String) -> String? {
        guard let value = self[name], value != .null else { return nil }
        return value.asText
    }

    /// The fields as one JSON object, in order.
    package var json: String {
        var text = "{"
        for (name, value) in pairs {
            if text.utf8.count > 1 { text += "," }
            text += JSONText.quoted(name)
            text += ":"
            text += value.asJSON
        }
        text += "}"
        return text
    }

    package static func == (one: Fields, other: Fields) -> Bool {
        one.pairs.elementsEqual(other.pairs) { $0.name == $1.name && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        for pair in pairs {
            hasher.combine(pair.name)
            hasher.combine(pair.value)
        }
    }
}

/// JSON text without a tree.
package enum JSONText {
    /// The text as a JSON string with its quotes, escaped as RFC 8259 §7 asks.
    package static func quoted(_ text: String) -> String {
        if !text.utf8.contains(where: mayNeedEscape) { return "\"" + text + "\"" }
        var out = "\""
        out.reserveCapacity(text.utf8.count + 2)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// Whether a text is a number as JSON writes it, RFC 8259 §6.
    package static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func take(_ signs: String) -> Bool {
            guard let first = rest.first, signs.utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        func takeDigits() -> Bool {
            let more = rest.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            defer { rest = more }
            return more.startIndex != rest.startIndex
        }
        _ = take("-")
        guard take("0") || takeDigits() else { return false }
        if take("."), !takeDigits() { return false }
        if take("eE") {
            _ = take("+-")
            if !takeDigits() { return false }
        }
        return rest.isEmpty
    }

    /// Whether a byte is to be escaped, or begins a character that may be.
    private static func mayNeedEscape(_ byte: UInt8) -> Bool {
        // 0xE2 begins U+2028 and U+2029, among others.
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F || byte == 0xE2
    }
}
