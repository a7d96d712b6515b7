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

    /// A text, or NULL for none.
    package static func text(orNull text: String?) -> Value {
        text.map(Value.text) ?? .null
    }

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

    /// Whether it is a number other than zero; text counts by its leading number.
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
        var writer = JSONWriter()
        writer.raw("{")
        write(to: &writer, afterOthers: false)
        writer.raw("}")
        return writer.text
    }

    /// Writes the fields as members of an object whose braces somebody else writes.
    package func write(to writer: inout JSONWriter, afterOthers: Bool) {
        var needsComma = afterOthers
        for (name, value) in pairs {
            if needsComma { writer.raw(",") }
            needsComma = true
            writer.quoted(name)
            writer.raw(":")
            writer.value(value)
        }
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
