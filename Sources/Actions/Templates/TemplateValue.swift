/// What a template's name stands for.
package indirect enum TemplateValue: Sendable, Hashable {
    case text(String)
    case flag(Bool)
    case list([TemplateValue])
    case group([String: TemplateValue])

    /// The value of a JSON tree; nil for null, so that a section over it is not shown.
    package init?(_ tree: JSONNode) {
        switch tree {
        case .null: return nil
        case .boolean(let truth): self = .flag(truth)
        case .number(let digits): self = .text(digits)
        case .text(let text): self = .text(text)
        case .array(let items): self = .list(items.compactMap(TemplateValue.init))
        case .object(let pairs):
            self = .group(
                pairs.reduce(into: [:]) { group, pair in
                    group[pair.key] = TemplateValue(pair.value)
                }
            )
        }
    }

    /// Which of the four it is, for a message.
    var kindInWords: String {
        switch self {
        case .text: "a text"
        case .flag: "a flag"
        case .list: "a list"
        case .group: "a group"
        }
    }

    /// What lies at a path of names, or nil.
    package func at(_ path: some Sequence<Substring>) -> TemplateValue? {
        var value = self
        for name in path {
            guard case .group(let group) = value, let next = group[String(name)] else { return nil }
            value = next
        }
        return value
    }

    /// The value as the renderer takes it, every text passed through `change` first.
    func rendered(_ change: (String) -> String) -> Any {
        switch self {
        case .text(let text): change(text)
        case .flag(let truth): truth
        case .list(let items):
            RenderedList(items: items.map { $0.rendered(change) }, text: change(asText))
        case .group(let group):
            RenderedGroup(values: group.mapValues { $0.rendered(change) })
        }
    }

    /// The value where a text is wanted: a list with commas between, nothing for a group.
    private var asText: String {
        switch self {
        case .text(let text): text
        case .flag(let truth): truth ? "true" : "false"
        case .list(let items): items.map(\.asText).filter { !$0.isEmpty }.joined(separator: ", ")
        case .group: ""
        }
    }
}
