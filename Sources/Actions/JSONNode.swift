package import Model

/// JSON text as a tree that keeps what matters: the order of keys and the digits of numbers.
///
/// Why: amounts must not pass through floating point, and a body must be the same on every attempt.
package indirect enum JSONNode: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// A number with the digits that were written.
    case number(String)
    case text(String)
    case array([JSONNode])
    /// Keys in the order written; of equal keys the first is kept.
    case object([Pair])

    /// One key with its value.
    package struct Pair: Sendable, Hashable {
        /// The key.
        package let key: String
        /// What it stands for.
        package let value: JSONNode

        /// Makes a pair.
        package init(_ key: String, _ value: JSONNode) {
            self.key = key
            self.value = value
        }
    }

    /// Reads a whole JSON text; nil when it is none or nested deeper than the limit.
    package init?(_ text: String) {
        var reader = JSONNodeReader(text)
        guard let tree = reader.whole() else { return nil }
        self = tree
    }

    /// The tree of a value on its way into an action; text is text, whatever it holds.
    package init(_ value: Value) {
        self =
            switch value {
            case .null: .null
            case .integer, .real: JSONNode(value.asJSON) ?? .null
            case .text(let text): .text(text)
            case .json(let json): JSONNode(json) ?? .text(json)
            }
    }

    /// The tree as JSON text without spaces.
    package var json: String {
        switch self {
        case .null: "null"
        case .boolean(let truth): truth ? "true" : "false"
        case .number(let digits): digits
        case .text(let text): JSONText.quoted(text)
        case .array(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .object(let pairs):
            "{"
                + pairs.map { JSONText.quoted($0.key) + ":" + $0.value.json }
                .joined(separator: ",") + "}"
        }
    }

    /// The pairs, or nil for anything but an object.
    package var pairs: [Pair]? {
        if case .object(let pairs) = self { pairs } else { nil }
    }

    /// The items, or nil for anything but an array.
    package var items: [JSONNode]? {
        if case .array(let items) = self { items } else { nil }
    }

    /// A scalar as it reads inside other text; nil for null, objects and arrays.
    package var scalarText: String? {
        switch self {
        case .boolean(let truth): truth ? "true" : "false"
        case .number(let digits): digits
        case .text(let text): text
        case .null, .array, .object: nil
        }
    }

    /// The value under a key of an object.
    package subscript(key: String) -> JSONNode? {
        pairs?.first { $0.key == key }?.value
    }
}
