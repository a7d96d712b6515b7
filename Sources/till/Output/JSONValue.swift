import Model

/// A piece of JSON to be printed, its keys in the order given.
indirect enum JSONValue {
    case null
    case bool(Bool)
    case number(Int64)
    case text(String)
    /// JSON text that was stored as such.
    case raw(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// A text, or null.
    static func optional(_ text: String?) -> JSONValue {
        text.map(JSONValue.text) ?? .null
    }

    /// A moment as RFC 3339, or null.
    static func moment(_ moment: Timestamp?) -> JSONValue {
        optional(moment?.rfc3339)
    }

    /// Stored JSON text, or null.
    static func stored(_ json: String?) -> JSONValue {
        json.map(JSONValue.raw) ?? .null
    }

    /// In one line.
    var compact: String {
        switch self {
        case .null: "null"
        case .bool(let truth): truth ? "true" : "false"
        case .number(let number): String(number)
        case .text(let text): JSONText.quoted(text)
        case .raw(let json): json
        case .array(let items): "[" + items.map(\.compact).joined(separator: ",") + "]"
        case .object(let pairs):
            "{"
                + pairs.map { JSONText.quoted($0.key) + ":" + $0.value.compact }
                .joined(separator: ",") + "}"
        }
    }

    /// Over several lines, two blanks for each level.
    var pretty: String { PrettyJSON.lines(of: compact) }
}
