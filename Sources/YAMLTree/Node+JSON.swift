package import Model

extension Node.Scalar {
    /// What the scalar means inside JSON.
    ///
    /// Unquoted `null`, `~`, `true`, `false` and numbers written as JSON writes them are those; all
    /// else is text. So `012`, `+966 5` and `1_000` stay what they are.
    package var jsonValue: Value {
        guard isPlain else { return .text(text) }
        switch text {
        case "", "~", "null": return .null
        case "true", "false": return .json(text)
        default: break
        }
        guard JSONText.isNumber(text) else { return .text(text) }
        return Int64(text).map(Value.integer) ?? .json(text)
    }
}

extension Node {
    /// The node as JSON text, scalars as ``Scalar/jsonValue``.
    package var json: String {
        switch content {
        case .scalar(let scalar): scalar.jsonValue.asJSON
        case .sequence(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .mapping(let pairs):
            "{"
                + pairs.map { JSONText.quoted($0.key) + ":" + $0.value.json }
                .joined(separator: ",") + "}"
        }
    }
}
