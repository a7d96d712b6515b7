import Model

/// Builds the tree out of libyaml's events, noting what must not be there.
final class TreeBuilder {
    /// What was wrong.
    let mistakes: MistakeList
    private let file: SourceFile
    private let events: YAMLEvents
    private var columns: ColumnCounter
    private var nodes = 0

    /// Ends the building at once; the mistake is noted already.
    private struct Stop: Error {}

    /// Builds from those events over that file.
    init(_ file: SourceFile, _ events: YAMLEvents) {
        self.file = file
        self.events = events
        mistakes = MistakeList(file)
        columns = ColumnCounter(file.lines)
    }

    /// The root; a null node where there is none or reading had to stop.
    func build() -> Node {
        do throws(Stop) {
            return try document()
        } catch {
            return null(at: file.place(1, 1))
        }
    }

    private func document() throws(Stop) -> Node {
        var root: Node?
        while true {
            let item = try next()
            switch item.event {
            case .streamEnd: return root ?? null(at: file.place(1, 1))
            case .documentStart where root != nil:
                mistakes.note(
                    "a second document begins here; keep one document in a file",
                    at: place(item.start)
                )
                throw Stop()
            case .documentStart: root = try node(from: try next(), depth: 1)
            default: continue
            }
        }
    }

    private func node(from item: YAMLEvents.Item, depth: Int) throws(Stop) -> Node {
        let place = place(item.start)
        try count(at: place, depth: depth)
        noteDecoration(of: item, at: place)
        switch item.event {
        case .scalar(let scalar): return Node(.scalar(scalar), at: place)
        case .sequenceStart: return Node(.sequence(try items(depth: depth)), at: place)
        case .mappingStart: return Node(.mapping(try pairs(depth: depth)), at: place)
        default: return null(at: place)
        }
    }

    private func items(depth: Int) throws(Stop) -> [Node] {
        var items: [Node] = []
        while true {
            let item = try next()
            if case .sequenceEnd = item.event { return items }
            items.append(try node(from: item, depth: depth + 1))
        }
    }

    private func pairs(depth: Int) throws(Stop) -> [Node.Pair] {
        var pairs: [Node.Pair] = []
        var seen: [String: Int] = [:]
        while true {
            let item = try next()
            if case .mappingEnd = item.event { return pairs }
            let key = try node(from: item, depth: depth + 1)
            let value = try node(from: try next(), depth: depth + 1)
            guard let text = key.scalar?.text else {
                if case .alias = item.event { continue }
                mistakes.note(
                    "a key must be plain text, not \(key.kindName); write it as text",
                    at: key.place
                )
                continue
            }
            if let line = seen.updateValue(key.place.line, forKey: text) {
                mistakes.note(
                    "the key \"\(text)\" stands here already (line \(line)); keep one of them",
                    at: key.place
                )
                continue
            }
            pairs.append(Node.Pair(key: text, keyPlace: key.place, value: value))
        }
    }

    private func next() throws(Stop) -> YAMLEvents.Item {
        do throws(YAMLEvents.Failure) {
            return try events.next()
        } catch {
            mistakes.note(
                SyntaxWords.message(for: error, in: file),
                at: place(SyntaxWords.mark(for: error))
            )
            throw Stop()
        }
    }

    private func count(at place: SourcePlace, depth: Int) throws(Stop) {
        nodes += 1
        if nodes > Limits.yamlNodes {
            mistakes.note(
                "more than \(Limits.yamlNodes) values in one file; split the file",
                at: place
            )
            throw Stop()
        }
        if depth > Limits.yamlDepth {
            mistakes.note(
                "nested more than \(Limits.yamlDepth) levels deep; make it flatter",
                at: place
            )
            throw Stop()
        }
    }

    private func noteDecoration(of item: YAMLEvents.Item, at place: SourcePlace) {
        if case .alias = item.event {
            mistakes.note(
                "\"*\(item.anchor ?? "")\" is an alias; aliases are not allowed, repeat the value",
                at: place
            )
        } else if let anchor = item.anchor {
            mistakes.note(
                "\"&\(anchor)\" is an anchor; anchors are not allowed, remove it",
                at: place
            )
        }
        if let tag = item.tag {
            let written = tag.replacing("tag:yaml.org,2002:", with: "!!")
            mistakes.note(
                "the tag \"\(written)\" is not allowed; remove it, the schema knows the type",
                at: place
            )
        }
    }

    private func place(_ mark: YAMLEvents.Mark) -> SourcePlace {
        // What is missing at the end libyaml looks for in the line behind it.
        if mark.line >= file.lines.count, let last = file.lines.last {
            return file.place(file.lines.count, last.count + 1)
        }
        return file.place(mark.line + 1, columns.column(line: mark.line, scalar: mark.column))
    }

    private func null(at place: SourcePlace) -> Node {
        Node(.scalar(Node.Scalar(text: "", isPlain: true, isBlock: false)), at: place)
    }
}
