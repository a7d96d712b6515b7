package import Model

/// Reads one mapping strictly: keys that are not known are mistakes, values are typed when taken.
///
/// Every taker notes what is wrong in the shared ``MistakeList``, gives nil and lets the reading go
/// on. nil without a mistake means that the key is not there.
package struct MappingReader {
    /// Where mistakes are noted.
    package let mistakes: MistakeList
    /// Where the mapping begins.
    package let place: SourcePlace
    /// What a message calls it: `a step`, `the settings`.
    package let name: String
    /// The keys it may have.
    package let keys: [String]
    private let pairs: [Node.Pair]
    /// Keys whose absence is no news: there is no mapping at all, or a misspelt one was noted.
    private var excused: Set<String> = []

    /// Takes a node as a mapping and notes the keys that are not known.
    ///
    /// - Parameters:
    ///   - node: What should be a mapping; anything else is noted, and then no key is there.
    ///   - name: What a message calls it, with its article.
    ///   - keys: The keys it may have.
    ///   - mistakes: Where mistakes are noted.
    package init(_ node: Node, as name: String, keys: [String], noting mistakes: MistakeList) {
        self.mistakes = mistakes
        self.name = name
        self.keys = keys
        place = node.place
        guard let found = node.mapping else {
            pairs = []
            excused = Set(keys)
            mistakes.note(
                node.isNull
                    ? "\(name) is empty; write its keys and values"
                    : "\(name) must be a mapping of keys and values, not \(node.kindName)",
                at: place
            )
            return
        }
        pairs = found
        for pair in found where !keys.contains(pair.key) {
            let hint = Suggestion.hint(for: pair.key, among: keys)
            excused.formUnion(Suggestion.nearest(to: pair.key, among: keys).map { [$0] } ?? [])
            let known = hint.isEmpty ? "; it may have \(keys.joined(separator: ", "))" : hint
            mistakes.note("\(name) has no key \"\(pair.key)\"\(known)", at: pair.keyPlace)
        }
    }

    /// Whether the key was written, with whatever value.
    package func has(_ key: String) -> Bool {
        pair(key) != nil
    }

    /// Where the key's value stands, or the mapping itself where the key is missing.
    package func place(of key: String) -> SourcePlace {
        pair(key)?.value.place ?? place
    }

    /// Notes a mistake at a key's value.
    package func note(_ message: String, at key: String) {
        mistakes.note(message, at: place(of: key))
    }

    /// The value of a key as it was written, nothing at all included.
    package func raw(_ key: String) -> Node? {
        pair(key)?.value
    }

    /// The value of a key, which must be something.
    package func node(_ key: String, required: Bool = false) -> Node? {
        guard let pair = pair(key) else {
            if required, !excused.contains(key) {
                mistakes.note("\(name) needs the key \"\(key)\"; add it", at: place)
            }
            return nil
        }
        guard !pair.value.isNull else {
            mistakes.note(
                "\"\(key)\" has no value; give it one or remove the line",
                at: pair.keyPlace
            )
            return nil
        }
        return pair.value
    }

    /// A text; an empty one only where it is allowed.
    package func text(
        _ key: String,
        required: Bool = false,
        orEmpty: Bool = false
    ) -> String? {
        guard let node = node(key, required: required),
            let text = ScalarReader.text(node, of: key, noting: mistakes)
        else { return nil }
        guard orEmpty || !text.isEmpty else {
            mistakes.note("\"\(key)\" is empty; give it a text or remove the line", at: node.place)
            return nil
        }
        return text
    }

    /// A whole number within bounds.
    package func integer(
        _ key: String,
        in range: ClosedRange<Int>,
        required: Bool = false
    ) -> Int? {
        scalar(key, required, "a whole number") { text throws(Wrong) in
            guard let number = Int(text) else { throw Wrong("write digits only, like 8") }
            try Wrong.unless(range.contains(number), "\(range.lowerBound)", "\(range.upperBound)")
            return number
        }
    }

    /// `true` or `false`, without quotes.
    package func boolean(_ key: String, required: Bool = false) -> Bool? {
        guard let node = node(key, required: required),
            let text = ScalarReader.text(node, of: key, noting: mistakes)
        else { return nil }
        if node.scalar?.isPlain == true, let value = Bool(text) { return value }
        mistakes.note(
            "\"\(text)\" is not true or false; write one of the two words, without quotes",
            at: node.place
        )
        return nil
    }

    /// A span of time with its unit, like `30s`, within bounds.
    package func duration(
        _ key: String,
        in range: ClosedRange<Duration> = .zero...(.seconds(366 * 86_400)),
        required: Bool = false
    ) -> Duration? {
        scalar(key, required, "a duration") { text throws(Wrong) in
            guard let span = DurationText.parse(text) else {
                throw Wrong("write a number with a unit, like 30s, 5m or 2h")
            }
            try Wrong.unless(
                range.contains(span),
                DurationText.write(range.lowerBound),
                DurationText.write(range.upperBound)
            )
            return span
        }
    }

    /// A size in bytes with its unit, like `16KiB`, within bounds.
    package func size(
        _ key: String,
        in range: ClosedRange<Int> = 0...(1 << 40),
        required: Bool = false
    ) -> Int? {
        scalar(key, required, "a size") { text throws(Wrong) in
            guard let bytes = SizeText.parse(text) else {
                throw Wrong("write a number with a unit, like 512B, 16KiB or 1MiB")
            }
            try Wrong.unless(
                range.contains(bytes),
                SizeText.write(range.lowerBound),
                SizeText.write(range.upperBound)
            )
            return bytes
        }
    }

    /// One of an enum's words.
    package func choice<Word: CaseIterable & RawRepresentable<String>>(
        _ key: String,
        of type: Word.Type = Word.self,
        required: Bool = false
    ) -> Word? {
        guard let node = node(key, required: required),
            let text = ScalarReader.text(node, of: key, noting: mistakes)
        else { return nil }
        if let word = Word(rawValue: text) { return word }
        mistakes.note(
            ScalarReader.noChoice(text, of: key, among: Word.allCases.map(\.rawValue)),
            at: node.place
        )
        return nil
    }

    /// A list of texts, each with its node; `orOne` takes one text alone for a list of one.
    package func texts(
        _ key: String,
        required: Bool = false,
        orOne: Bool = false
    ) -> [(text: String, node: Node)]? {
        guard let node = node(key, required: required) else { return nil }
        if orOne, let scalar = node.scalar { return [(scalar.text, node)] }
        guard let items = items(of: node, key) else { return nil }
        return items.compactMap { item in
            ScalarReader.text(item, of: key, noting: mistakes).map { ($0, item) }
        }
    }

    /// The items of a list that must not be empty.
    package func list(_ key: String, required: Bool = false) -> [Node]? {
        node(key, required: required).flatMap { items(of: $0, key) }
    }

    /// A mapping with known keys of its own.
    package func mapping(
        _ key: String,
        as name: String,
        keys: [String],
        required: Bool = false
    ) -> MappingReader? {
        node(key, required: required).map {
            MappingReader($0, as: name, keys: keys, noting: mistakes)
        }
    }

    /// The pairs of a mapping whose keys are free names; one without pairs (`{}`) gives none.
    package func pairs(_ key: String, required: Bool = false) -> [Node.Pair]? {
        guard let node = node(key, required: required) else { return nil }
        if let pairs = node.mapping { return pairs }
        mistakes.note(
            "\"\(key)\" must be a mapping of names and values, not \(node.kindName)",
            at: node.place
        )
        return nil
    }

    private func pair(_ key: String) -> Node.Pair? {
        precondition(keys.contains(key), "the key \(key) is not in the list of \(name)")
        return pairs.first { $0.key == key }
    }

    private func items(of node: Node, _ key: String) -> [Node]? {
        guard let items = node.sequence else {
            mistakes.note(
                "\"\(key)\" must be a list, not \(node.kindName); begin each item with \"- \"",
                at: node.place
            )
            return nil
        }
        guard !items.isEmpty else {
            mistakes.note(
                "\"\(key)\" is an empty list; add an item or remove the key",
                at: node.place
            )
            return nil
        }
        return items
    }

    private func scalar<Value>(
        _ key: String,
        _ required: Bool,
        _ what: String,
        _ read: (String) throws(Wrong) -> Value
    ) -> Value? {
        guard let node = node(key, required: required),
            let text = ScalarReader.text(node, of: key, noting: mistakes)
        else { return nil }
        do throws(Wrong) {
            return try read(text)
        } catch {
            let first = error.isOutside ? "is out of bounds" : "is not \(what)"
            mistakes.note("\"\(text)\" \(first); \(error.remedy)", at: node.place)
            return nil
        }
    }

    /// Why a scalar was not taken, as what to do about it.
    private struct Wrong: Error {
        let remedy: String
        var isOutside = false

        init(_ remedy: String) {
            self.remedy = remedy
        }

        static func unless(_ holds: Bool, _ low: String, _ high: String) throws(Wrong) {
            if holds { return }
            var wrong = Wrong("it may be \(low) to \(high)")
            wrong.isOutside = true
            throw wrong
        }
    }
}
