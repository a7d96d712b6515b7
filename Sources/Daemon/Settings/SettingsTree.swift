import Model
import YAMLTree

/// The settings file taken apart: a node for each setting that it gives.
struct SettingsTree {
    /// Single settings that have a value.
    private(set) var values: [SettingName: Node] = [:]
    /// The list under `endpoints`; nil where the file has none.
    private(set) var endpoints: Node?
    /// The mapping under `vars`; nil where the file has none.
    private(set) var vars: Node?

    /// The groups of settings with what a message calls them.
    private static let groups = [
        "": "the settings file", "mail": "\"mail\"", "mail.smtp": "\"mail.smtp\"",
        "sentry": "\"sentry\"", "http": "\"http\"", "shop": "\"shop\"", "log": "\"log\"",
        "limits": "\"limits\"", "retention": "\"retention\"",
    ]

    /// Reads the file's text and notes keys that are no settings.
    init(_ file: SourceFile, noting mistakes: MistakeList) {
        do throws(Mistakes) {
            let root = try YAMLReader.read(file)
            if !root.isNull { take(root, under: "", noting: mistakes) }
        } catch {
            mistakes.take(error.all)
        }
    }

    private mutating func take(_ node: Node, under group: String, noting mistakes: MistakeList) {
        let keys = SettingsTree.keys(in: group)
        let reader = MappingReader(
            node,
            as: SettingsTree.groups[group] ?? "\"\(group)\"",
            keys: keys,
            noting: mistakes
        )
        for key in keys {
            guard let value = reader.raw(key), !value.isNull else { continue }
            let name = group.isEmpty ? key : "\(group).\(key)"
            if let setting = SettingName(rawValue: name) {
                values[setting] = value
            } else if name == "endpoints" {
                endpoints = value
            } else if name == "vars" {
                vars = value
            } else {
                take(value, under: name, noting: mistakes)
            }
        }
    }

    /// The keys of a group in the order of the settings.
    private static func keys(in group: String) -> [String] {
        var keys = group.isEmpty ? ["endpoints", "vars"] : []
        let prefix = group.isEmpty ? "" : group + "."
        for setting in SettingName.allCases where setting.rawValue.hasPrefix(prefix) {
            let rest = setting.rawValue.dropFirst(prefix.count)
            let key = String(rest.prefix { $0 != "." })
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }
}
