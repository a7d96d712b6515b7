import Model

/// JSON as a tree that keeps key order and the spelling of numbers; only for making sample events.
package indirect enum TriggerJSON: Sendable, Hashable {
    /// `null`, `true`, `false` or a number, as it was spelled.
    case word(String)
    /// A text, unescaped.
    case text(String)
    case array([TriggerJSON])
    case object([Pair])

    /// One key of an object with its value.
    package struct Pair: Sendable, Hashable {
        /// The key.
        package var key: String
        /// What it stands for.
        package var value: TriggerJSON
    }

    /// Reads JSON text; nil where it is none, or nested deeper than ``Limits/jsonDepth``.
    package init?(_ text: String) {
        var reader = TriggerJSONReader(text)
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = value
    }

    /// The value as JSON text in one line.
    package var text: String {
        switch self {
        case .word(let word): word
        case .text(let text): JSONText.quoted(text)
        case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .object(let pairs):
            "{"
                + pairs.map { JSONText.quoted($0.key) + ":" + $0.value.text }.joined(separator: ",")
                + "}"
        }
    }

    /// The value at a path; nil where it leads nowhere.
    package subscript(path: [String]) -> TriggerJSON? {
        guard let first = path.first else { return self }
        let rest = Array(path.dropFirst())
        switch self {
        case .object(let pairs): return pairs.first { $0.key == first }?.value[rest]
        case .array(let items):
            guard let index = Int(first), items.indices.contains(index) else { return nil }
            return items[index][rest]
        case .word, .text: return nil
        }
    }

    /// Puts a value at a path; objects on the way are made where they are missing.
    ///
    /// - Parameters:
    ///   - path: Keys, and for arrays indexes from 0; the index after the last appends.
    ///   - value: What to put there.
    /// - Returns: Whether the path could be followed.
    package mutating func set(_ path: [String], to value: TriggerJSON) -> Bool {
        guard let first = path.first else {
            self = value
            return true
        }
        let rest = Array(path.dropFirst())
        switch self {
        case .object(var pairs):
            let index = pairs.firstIndex { $0.key == first } ?? pairs.count
            if index == pairs.count { pairs.append(Pair(key: first, value: .object([]))) }
            guard pairs[index].value.set(rest, to: value) else { return false }
            self = .object(pairs)
            return true
        case .array(var items):
            guard let index = Int(first), (0...items.count).contains(index) else { return false }
            if index == items.count { items.append(.object([])) }
            guard items[index].set(rest, to: value) else { return false }
            self = .array(items)
            return true
        case .word("null"):
            self = .object([])
            return set(path, to: value)
        case .word, .text: return false
        }
    }
}
