/// JSON that is put together in code; keys keep their order.
package indirect enum JSONTree: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral
{
    case text(String)
    case number(Int64)
    case flag(Bool)
    case list([JSONTree])
    case object([(key: String, value: JSONTree)])

    package init(stringLiteral text: String) { self = .text(text) }
    package init(integerLiteral number: Int64) { self = .number(number) }
    package init(booleanLiteral flag: Bool) { self = .flag(flag) }
    package init(arrayLiteral items: JSONTree...) { self = .list(items) }
    package init(dictionaryLiteral pairs: (String, JSONTree)...) {
        self = .object(pairs.map { (key: $0.0, value: $0.1) })
    }

    /// A list of texts.
    package static func texts(_ texts: [String]) -> JSONTree {
        .list(texts.map(JSONTree.text))
    }

    /// An object with more keys behind those it has; anything else stays as it is.
    package func adding(_ key: String, _ value: JSONTree?) -> JSONTree {
        guard case .object(let pairs) = self, let value else { return self }
        return .object(pairs + [(key: key, value: value)])
    }

    /// The JSON text for people: two spaces per level, lists of scalars on one line.
    package var pretty: String { written(indent: "") }

    private var isScalar: Bool {
        switch self {
        case .list, .object: false
        default: true
        }
    }

    private func written(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .text(let text): return JSONText.quoted(text)
        case .number(let number): return String(number)
        case .flag(let flag): return String(flag)
        case .list(let items) where items.allSatisfy(\.isScalar):
            return "[" + items.map { $0.written(indent: "") }.joined(separator: ", ") + "]"
        case .list(let items):
            let lines = items.map { inner + $0.written(indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let pairs) where pairs.isEmpty: return "{}"
        case .object(let pairs):
            let lines = pairs.map {
                "\(inner)\(JSONText.quoted($0.key)): \($0.value.written(indent: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }
}
