package import Model
package import YAMLTree

extension Plugin.Input {
    /// The value that a literal stands for under this input's type.
    ///
    /// Text stays as it was written: `NO` is Norway. Booleans become 1 and 0, nested YAML becomes
    /// JSON.
    ///
    /// - Parameters:
    ///   - node: What was written, without expressions in it.
    ///   - mistakes: Where a wrong value is noted.
    /// - Returns: The value, or nil after a mistake.
    package func literal(_ node: Node, noting mistakes: MistakeList) -> Value? {
        guard type != .json else {
            if let scalar = node.scalar { return scalar.jsonValue }
            return .json(node.json)
        }
        guard let scalar = node.scalar else {
            mistakes.note(
                "\"\(name)\" must be \(type.words), not \(node.kindName)",
                at: node.place
            )
            return nil
        }
        guard !node.isNull else {
            mistakes.note("\"\(name)\" has no value; give it one or remove it", at: node.place)
            return nil
        }
        switch type {
        case .text, .json:
            guard choices.isEmpty || choices.contains(scalar.text) else {
                mistakes.note(
                    ScalarReader.noChoice(scalar.text, of: name, among: choices),
                    at: node.place
                )
                return nil
            }
            return .text(scalar.text)
        case .integer:
            if let number = Int64(scalar.text) { return .integer(number) }
        case .boolean:
            if scalar.isPlain, let flag = Bool(scalar.text) { return .integer(flag ? 1 : 0) }
        }
        let unit = unit.map { " (\($0))" } ?? ""
        mistakes.note(
            "\"\(scalar.text)\" is not \(type.words); \"\(name)\"\(unit) takes \(type.remedy)",
            at: node.place
        )
        return nil
    }
}

extension Plugin.ValueType {
    /// What a message calls a value of this type.
    package var words: String {
        switch self {
        case .text: "a text"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .json: "text, a list or a mapping"
        }
    }

    /// What one should write instead.
    fileprivate var remedy: String {
        switch self {
        case .text: "a text"
        case .integer: "digits, like 1999"
        case .boolean: "one of the two words, without quotes"
        case .json: "any YAML"
        }
    }
}
