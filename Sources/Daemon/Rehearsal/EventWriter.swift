import Model
import YAMLTree

/// Makes the events of a case out of fixtures, files and YAML.
struct EventWriter {
    /// Where mistakes are noted.
    let mistakes: MistakeList
    /// The sample event of a type.
    let fixtures: @Sendable (String) -> String?

    private static let keys = ["fixture", "file", "inline", "override", "times"]

    /// One event; nil after a mistake.
    ///
    /// - Parameters:
    ///   - node: The mapping.
    ///   - number: Which of the case's events, from 1; later ones get ids of their own.
    /// - Returns: The event.
    func event(_ node: Node, number: Int) -> RehearsedEvent? {
        let keys = MappingReader(node, as: "an event", keys: Self.keys, noting: mistakes)
        guard let text = source(keys) else { return nil }
        var event: TriggerEvent
        do throws(TriggerFailure) {
            event = try TriggerEvent(text)
        } catch {
            mistakes.note("\(error)", at: node.place)
            return nil
        }
        let pairs = keys.pairs("override") ?? []
        for pair in pairs {
            do throws(TriggerFailure) {
                try event.replace("\(pair.key)=\(Self.json(pair.value))")
            } catch {
                mistakes.note("\(error)", at: pair.keyPlace)
            }
        }
        let tree = TriggerJSON(text)
        var id = "evt_\(number)"
        if number == 1, case .text(let own)? = tree?[["id"]] { id = own }
        var created: Int64 = 1_700_000_000
        if case .word(let word)? = tree?[["created"]], let own = Int64(word) { created = own }
        for pair in pairs where pair.key == "created" {
            created = pair.value.scalar.flatMap { Int64($0.text) } ?? created
        }
        for pair in pairs where pair.key == "id" { id = pair.value.scalar?.text ?? id }
        return RehearsedEvent(
            event: event,
            id: id,
            created: created,
            times: keys.integer("times", in: 1...100) ?? 1
        )
    }

    /// The text that the event begins with.
    private func source(_ keys: MappingReader) -> String? {
        let given = ["fixture", "file", "inline"].filter(keys.has)
        guard given.count == 1 else {
            mistakes.note("an event needs one of fixture, file and inline", at: keys.place)
            return nil
        }
        if let type = keys.text("fixture") {
            guard let text = fixtures(type) else {
                keys.note("there is no sample of \"\(type)\"; use file or inline", at: "fixture")
                return nil
            }
            return text
        }
        if let path = keys.text("file") {
            let folder = mistakes.file.path.split(separator: "/", omittingEmptySubsequences: false)
                .dropLast().joined(separator: "/")
            let full = path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
            do throws(Mistakes) {
                return try SourceFile.read(full).text
            } catch {
                keys.note(
                    "\(full) cannot be read; the path begins at the test's folder",
                    at: "file"
                )
                return nil
            }
        }
        return keys.node("inline").map(Self.json)
    }

    /// YAML as JSON text: words without quotes that are JSON stay what they are, all else is text.
    static func json(_ node: Node) -> String {
        if let pairs = node.mapping {
            let members = pairs.map { JSONText.quoted($0.key) + ":" + json($0.value) }
            return "{" + members.joined(separator: ",") + "}"
        }
        if let items = node.sequence {
            return "[" + items.map(json).joined(separator: ",") + "]"
        }
        guard let scalar = node.scalar, !node.isNull else { return "null" }
        if scalar.isPlain, case .word(let word)? = TriggerJSON(scalar.text) { return word }
        return JSONText.quoted(scalar.text)
    }
}
