import Model

/// The names that a template of one plugin may use.
struct TemplateNames: Sendable, Equatable {
    /// Names with a text, a flag or a number.
    let plain: Set<String>
    /// Names with names below them that are known: `shop`.
    let groups: [String: Set<String>]
    /// Names with anything below them: inputs of type json.
    let open: Set<String>

    /// Why a name cannot be used, or nil when it can.
    func problem(with name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isName = parts.allSatisfy { part in
            !part.isEmpty
                && part.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_"
                }
        }
        guard isName, let first = parts.first else {
            return "\"\(name)\" is no name; write letters, digits and \"_\", with dots between"
        }
        if open.contains(first) { return nil }
        if let below = groups[first] {
            if parts.count == 1 || parts.count == 2 && below.contains(parts[1]) { return nil }
            let known = below.map { "\(first).\($0)" }
            return "\"\(name)\" is no name here" + Suggestion.hint(for: name, among: known.sorted())
        }
        if plain.contains(name) { return nil }
        let known = plain.union(open).union(
            groups.flatMap { group in
                group.value.map { "\(group.key).\($0)" }
            }
        )
        return "\"\(name)\" is no name here" + Suggestion.hint(for: name, among: known.sorted())
            + (open.isEmpty ? "" : "; values of your own are \(open.sorted()[0]).NAME")
    }

    /// Whether a section over this name has names of its own that nobody knows before.
    func isOpen(_ name: String) -> Bool {
        open.contains(String(name.prefix { $0 != "." }))
    }
}
