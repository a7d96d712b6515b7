import Model
import Plugins
import YAMLTree

/// Checks that a manifest has the inputs without which its kind cannot work.
enum MissingInputs {
    /// A mistake for every input that is missing or of another type.
    ///
    /// - Parameters:
    ///   - plugin: The plugin.
    ///   - needed: Names and types.
    /// - Returns: The mistakes, at the manifest's beginning.
    static func mistakes(
        in plugin: Plugin,
        needing needed: [(name: String, type: Plugin.ValueType)]
    ) -> [Mistake] {
        needed.compactMap { name, type in
            let input = plugin.inputs.first { $0.name == name }
            guard input?.type != type else { return nil }
            return plugin.source.mistake(
                "a plugin of kind \(plugin.kind.rawValue) needs an input \"\(name)\" of type "
                    + "\(type.rawValue)",
                at: plugin.source.place(1, 1)
            )
        }
    }
}
