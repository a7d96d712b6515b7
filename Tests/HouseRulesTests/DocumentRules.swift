/// What the documents at the top must keep.
enum DocumentRules {
    /// Names in backticks that nothing in the tree answers to.
    ///
    /// A word with an inner capital must be a type or a room; a word with a slash or a known ending
    /// must be a path. Words that hold blanks, stars, colons or brackets are not names.
    static func deadNames(
        in document: String,
        types: Set<String>,
        exists: (String) -> Bool
    ) -> [String] {
        let prose = document.replacing(#/```[\s\S]*?```/#, with: "")
        let words = Set(prose.matches(of: #/`([^`\n]+)`/#).map { String($0.1) })
        return words.sorted().filter { word in
            guard !word.contains(#/[\s*<>{}()=:$~]/#) else { return false }
            if word.contains(#/^[A-Z][a-z]+([A-Z]\w*)+$/#) { return !types.contains(word) }
            // A place in the state directory or in a URL is no place in the tree.
            if word.hasPrefix("DIR/") || word.hasPrefix("/") || word.contains(#/NAME|…/#) {
                return false
            }
            guard word.contains("/") || word.contains(#/\.(md|swift|sql|yaml|example)$/#) else {
                return false
            }
            return !exists(word)
        }
    }

    /// The names of every type, room and test target.
    static func types(in sources: [SourceText]) -> Set<String> {
        let words: Set<Substring> = ["struct", "class", "enum", "protocol", "actor", "typealias"]
        var names = Set(sources.map(\.room))
        for source in sources {
            for line in source.code {
                let parts = line.split(separator: " ")
                guard let at = parts.firstIndex(where: words.contains), at + 1 < parts.count else {
                    continue
                }
                names.insert(String(parts[at + 1].prefix { $0.isLetter || $0.isNumber }))
            }
        }
        return names
    }

    /// What is wrong with a change log: newest on top, and a place for the next line.
    static func problem(inChangeLog text: String) -> String? {
        let headings = text.matches(of: #/(?m)^## (.+)$/#).map { String($0.1) }
        return headings.first == "Unreleased" ? nil : "the first section must be \"## Unreleased\""
    }

    /// Titles of a document beyond its first.
    static func surplusTitles(in text: String) -> Int {
        let prose = text.replacing(#/(?m)^(```|~~~)[\s\S]*?^(```|~~~)/#, with: "")
        return max(0, prose.matches(of: #/(?m)^# /#).count - 1)
    }

    /// Workflows without a `NAME.test.yaml` beside them.
    static func untested(_ names: [String]) -> [String] {
        names.filter { name in
            name.hasSuffix(".yaml") && !name.hasSuffix(".test.yaml")
                && !names.contains(name.replacing(#/\.yaml$/#, with: ".test.yaml"))
        }
    }

    /// What a plugin's folder lacks.
    static func missing(inPlugin names: [String]) -> [String] {
        ["plugin.yaml", "README.md"].filter { !names.contains($0) }
    }
}
