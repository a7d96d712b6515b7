import Model

/// The manifest of a plugin as a JSON Schema, so that an editor completes and checks it.
package enum PluginSchema {
    /// The schema's text: JSON for people, with a line break at its end.
    package static func json() -> String {
        let text: JSONTree = ["type": "string", "minLength": 1]
        let input: JSONTree = [
            "type": "object", "additionalProperties": false, "required": ["description"],
            "properties": .object(
                Manifest.inputKeys.map { (key: $0.name, value: shape($0, text)) }
            ),
        ]
        let schema: JSONTree = [
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "A plugin of Till",
            "type": "object", "additionalProperties": false,
            "required": ["name", "summary", "kind"],
            "properties": .object(
                Manifest.keys.map { (key: $0.name, value: shape($0, text)) }
            ),
            "definitions": ["input": input],
        ]
        return schema.pretty + "\n"
    }

    private static func shape(_ key: Manifest.Key, _ text: JSONTree) -> JSONTree {
        let shape: JSONTree =
            switch key.name {
            case "kind": ["enum": .texts(Plugin.Kind.allCases.map(\.rawValue))]
            case "type": ["enum": .texts(Plugin.ValueType.allCases.map(\.rawValue))]
            case "inputs":
                ["type": "object", "additionalProperties": ["$ref": "#/definitions/input"]]
            case "outputs": ["type": "object", "additionalProperties": text]
            case "required": ["type": "boolean"]
            case "choices": ["type": "array", "minItems": 1]
            case "default": [:]
            default: text
            }
        return shape.adding("description", .text(key.description))
    }
}
