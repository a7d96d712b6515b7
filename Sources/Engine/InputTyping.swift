package import Model
package import Plugins

/// Bringing a filled value to the type that the manifest asks for, without losing anything.
package enum InputTyping {
    /// Why a value does not fit.
    package struct Problem: Error, Sendable, Hashable {
        /// What is wrong, with the value.
        package let message: String
    }

    /// The value as its input's type.
    package static func value(_ raw: Value, for input: Plugin.Input) -> Result<Value, Problem> {
        if raw == .null || (input.type == .json && raw.asText == "null") {
            guard input.required else { return .success(.null) }
            return .failure(Problem(message: "it is required and came out as NULL"))
        }
        switch input.type {
        case .text: return text(raw, among: input.choices)
        case .integer:
            guard let number = integer(raw) else { return mismatch(raw, "a whole number") }
            return .success(.integer(number))
        case .boolean:
            guard let flag = boolean(raw) else { return mismatch(raw, "true or false") }
            return .success(.integer(flag ? 1 : 0))
        case .json: return .success(json(raw))
        }
    }

    private static func text(_ raw: Value, among choices: [String]) -> Result<Value, Problem> {
        let text = raw.asText
        guard choices.isEmpty || choices.contains(text) else {
            let known = choices.joined(separator: ", ")
            return .failure(Problem(message: "\"\(shortened(text))\" is none of \(known)"))
        }
        return .success(.text(text))
    }

    private static func integer(_ raw: Value) -> Int64? {
        switch raw {
        case .integer(let number): number
        case .real(let number): Int64(exactly: number)
        case .text(let text): Int64(text).flatMap { String($0) == text ? $0 : nil }
        case .null, .json: nil
        }
    }

    private static func boolean(_ raw: Value) -> Bool? {
        switch raw {
        case .integer(0), .text("false"), .text("0"): false
        case .integer(1), .text("true"), .text("1"): true
        default: nil
        }
    }

    /// Expressions for JSON inputs come as JSON text; anything else is quoted here.
    private static func json(_ raw: Value) -> Value {
        .json(raw.asJSON)
    }

    private static func mismatch(_ raw: Value, _ wanted: String) -> Result<Value, Problem> {
        .failure(Problem(message: "\"\(shortened(raw.asText))\" is not \(wanted)"))
    }

    private static func shortened(_ text: String) -> String {
        text.count <= 80 ? text : text.prefix(80) + "…"
    }
}
