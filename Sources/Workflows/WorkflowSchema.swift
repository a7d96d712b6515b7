import Model
package import Plugins

/// The workflow language as a JSON Schema, so that an editor completes and checks it.
///
/// It is made from the tables that ``WorkflowReader`` checks with.
/// Draft 7, which editors know best.
package enum WorkflowSchema {
    /// The schema's text.
    ///
    /// - Parameter plugins: What `uses` may name; their inputs are completed under `with`.
    /// - Returns: JSON for people, with a line break at its end.
    package static func json(plugins: [Plugin]) -> String {
        let plugins = plugins.sorted { $0.name < $1.name }
        var step = object(Grammar.step, plugins)
        if !plugins.isEmpty { step = step.adding("allOf", .list(plugins.map(inputRule))) }
        let schema: JSONTree = [
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "A workflow of Till",
        ]
        guard case .object(let head) = schema,
            case .object(let body) = object(Grammar.workflow, plugins)
        else { return "" }
        return JSONTree.object(head + body).adding("definitions", ["step": step]).pretty + "\n"
    }

    private static func object(_ keys: [Grammar.Key], _ plugins: [Plugin]) -> JSONTree {
        let required = keys.filter(\.required).map(\.name)
        let properties = keys.map { key in
            (
                key: key.name,
                value: shape(key.shape, plugins).adding("description", .text(key.description))
            )
        }
        let tree: JSONTree = [
            "type": "object", "additionalProperties": false, "properties": .object(properties),
        ]
        return required.isEmpty ? tree : tree.adding("required", .texts(required))
    }

    private static func shape(_ shape: Grammar.Shape, _ plugins: [Plugin]) -> JSONTree {
        switch shape {
        case .text: return ["type": "string"]
        case .words(let words): return ["enum": .texts(words)]
        case .integer(let range):
            return [
                "type": "integer", "minimum": .number(Int64(range.lowerBound)),
                "maximum": .number(Int64(range.upperBound)),
            ]
        case .duration: return ["type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"]
        case .condition: return ["type": ["string", "boolean", "integer"]]
        case .template: return ["type": "string", "pattern": "\\$\\{\\{"]
        case .patterns:
            let one: JSONTree = ["type": "string", "pattern": "^[a-z][a-z0-9_.\\[\\]]*(\\.\\*)?$"]
            return ["anyOf": [one, ["type": "array", "items": one, "minItems": 1]]]
        case .plugin:
            if plugins.isEmpty { return ["type": "string"] }
            return [
                "anyOf": .list(
                    plugins.map {
                        ["const": .text($0.name), "description": .text($0.summary)]
                    }
                )
            ]
        case .inputs: return ["type": "object"]
        case .steps:
            return [
                "type": "array", "minItems": 1, "items": ["$ref": "#/definitions/step"],
            ]
        case .keys(let keys, _): return object(keys, plugins)
        }
    }

    /// What `with` must be when `uses` names this plugin.
    private static func inputRule(_ plugin: Plugin) -> JSONTree {
        let required = plugin.inputs.filter(\.required).map(\.name)
        let properties = plugin.inputs.map { (key: $0.name, value: input($0)) }
        var with: JSONTree = [
            "type": "object", "additionalProperties": false, "properties": .object(properties),
        ]
        var then: JSONTree = ["properties": ["with": with]]
        if !required.isEmpty {
            with = with.adding("required", .texts(required))
            then = ["properties": ["with": with], "required": ["with"]]
        }
        return [
            "if": ["properties": ["uses": ["const": .text(plugin.name)]], "required": ["uses"]],
            "then": then,
        ]
    }

    private static func input(_ input: Plugin.Input) -> JSONTree {
        let expression: JSONTree = ["type": "string", "pattern": "\\$\\{"]
        let tree: JSONTree =
            switch input.type {
            case .text where !input.choices.isEmpty:
                ["anyOf": [["enum": .texts(input.choices)], expression]]
            case .text: ["type": ["string", "number", "boolean"]]
            case .integer: ["anyOf": [["type": "integer"], expression]]
            case .boolean: ["anyOf": [["type": "boolean"], expression]]
            case .json: [:]
            }
        let unit = input.unit.map { " Unit: \($0)." } ?? ""
        let described = tree.adding("description", .text(input.description + unit))
        switch input.default {
        case .text(let text): return described.adding("default", .text(text))
        case .integer(let number) where input.type == .boolean:
            return described.adding("default", .flag(number != 0))
        case .integer(let number): return described.adding("default", .number(number))
        case .null, .real, .json: return described
        }
    }
}
