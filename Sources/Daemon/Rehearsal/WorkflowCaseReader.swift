import Model
import YAMLTree

/// Reads the cases of one `NAME.test.yaml`, all mistakes at once.
struct WorkflowCaseReader {
    /// Where mistakes are noted.
    let mistakes: MistakeList
    /// The names of all workflows, for hints.
    let workflows: [String]
    /// The sample event of a type.
    let fixtures: @Sendable (String) -> String?

    private static let givenKeys = [
        "event", "events", "rows", "vars", "also", "fails", "unsure", "for",
    ]
    private static let expectKeys = [
        "runs", "steps", "outputs", "rows", "mails", "requests", "sentry",
    ]
    private static let runWords = RunStatus.allCases.map(\.rawValue) + ["none"]
    private static let stepWords = StepStatus.allCases.map(\.rawValue) + ["none"]

    /// The cases of a file.
    static func read(
        _ file: SourceFile,
        workflows: [String],
        fixtures: @escaping @Sendable (String) -> String?
    ) throws(Mistakes) -> [WorkflowCase] {
        let root = try YAMLReader.read(file)
        let mistakes = MistakeList(file)
        let reader = WorkflowCaseReader(
            mistakes: mistakes,
            workflows: workflows,
            fixtures: fixtures
        )
        let keys = MappingReader(root, as: "a test file", keys: ["cases"], noting: mistakes)
        let cases = (keys.list("cases", required: true) ?? []).compactMap(reader.read)
        try mistakes.check()
        return cases
    }

    private func read(_ node: Node) -> WorkflowCase? {
        let keys = MappingReader(
            node,
            as: "a case",
            keys: ["name", "given", "expect"],
            noting: mistakes
        )
        guard let name = keys.text("name", required: true),
            let given = keys.mapping(
                "given",
                as: "\"given\"",
                keys: Self.givenKeys,
                required: true
            ),
            let expect = keys.mapping(
                "expect",
                as: "\"expect\"",
                keys: Self.expectKeys,
                required: true
            )
        else { return nil }
        return WorkflowCase(
            name: name,
            place: node.place,
            events: events(given),
            rows: tables(given),
            vars: given.node("vars").map { EventWriter.json($0) },
            also: also(given),
            fails: Dictionary(texts(given, "fails")) { first, _ in first },
            unsure: Dictionary(texts(given, "unsure")) { first, _ in first },
            span: given.duration("for") ?? .seconds(30 * 86_400),
            runs: words(expect, "runs", Self.runWords, required: true),
            steps: words(expect, "steps", Self.stepWords),
            outputs: outputs(expect),
            tables: tables(expect),
            sent: sent(expect)
        )
    }

    private func events(_ given: MappingReader) -> [RehearsedEvent] {
        let writer = EventWriter(mistakes: mistakes, fixtures: fixtures)
        if let one = given.node("event") {
            if given.has("events") {
                given.note("give \"event\" or \"events\", not both", at: "events")
            }
            return [writer.event(one, number: 1)].compactMap { $0 }
        }
        guard let list = given.list("events") else {
            if !given.has("events") {
                mistakes.note("\"given\" needs an \"event\"; add one", at: given.place)
            }
            return []
        }
        return list.enumerated().compactMap { writer.event($1, number: $0 + 1) }
    }

    private func also(_ given: MappingReader) -> [String] {
        (given.texts("also") ?? []).map { name, node in
            if !workflows.contains(name) {
                let hint = Suggestion.hint(for: name, among: workflows)
                mistakes.note("there is no workflow \"\(name)\"\(hint)", at: node.place)
            }
            return name
        }
    }

    private func texts(_ keys: MappingReader, _ key: String) -> [(String, String)] {
        (keys.pairs(key) ?? []).compactMap { pair in
            ScalarReader.text(pair.value, of: pair.key, noting: mistakes).map { (pair.key, $0) }
        }
    }

    private func words(
        _ keys: MappingReader,
        _ key: String,
        _ known: [String],
        required: Bool = false
    ) -> [(name: String, words: WorkflowCase.Words)] {
        if required, !keys.has(key) { mistakes.note("\"expect\" needs \"\(key)\"", at: keys.place) }
        return (keys.pairs(key) ?? []).compactMap { pair in
            if key == "runs", !workflows.contains(pair.key) {
                let hint = Suggestion.hint(for: pair.key, among: workflows)
                mistakes.note("there is no workflow \"\(pair.key)\"\(hint)", at: pair.keyPlace)
            }
            let nodes = pair.value.sequence ?? [pair.value]
            let words = nodes.compactMap { node -> String? in
                let word = ScalarReader.text(node, of: pair.key, noting: mistakes)
                guard let word, !known.contains(word) else { return word }
                let text = ScalarReader.noChoice(word, of: pair.key, among: known)
                mistakes.note(text, at: node.place)
                return nil
            }
            guard words.count == nodes.count, let first = words.first else { return nil }
            return (pair.key, pair.value.sequence == nil ? .all(first) : .each(words))
        }
    }

    private func outputs(
        _ expect: MappingReader
    ) -> [(step: String, values: [(name: String, value: String?)])] {
        (expect.pairs("outputs") ?? []).map { pair in
            (pair.key, cells(pair.value, of: pair.key).map { ($0.column, $0.value) })
        }
    }

    private func tables(_ keys: MappingReader) -> [WorkflowCase.TableRows] {
        (keys.pairs("rows") ?? []).compactMap { pair in
            guard let rows = pair.value.sequence else {
                mistakes.note("\"\(pair.key)\" must be a list of rows", at: pair.value.place)
                return nil
            }
            check(name: pair.key, "a table", at: pair.keyPlace)
            return WorkflowCase.TableRows(
                table: pair.key,
                rows: rows.map { cells($0, of: pair.key) },
                place: pair.keyPlace
            )
        }
    }

    /// Column and value of one row; nested YAML is JSON text.
    private func cells(_ row: Node, of table: String) -> [(column: String, value: String?)] {
        guard let pairs = row.mapping else {
            mistakes.note("a row of \"\(table)\" must be a mapping", at: row.place)
            return []
        }
        return pairs.map { pair in
            check(name: pair.key, "a column", at: pair.keyPlace)
            if pair.value.isNull { return (pair.key, nil) }
            return (pair.key, pair.value.scalar?.text ?? EventWriter.json(pair.value))
        }
    }

    /// Names are put into SQL as they are, so they must be plain.
    private func check(name: String, _ what: String, at place: SourcePlace) {
        guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil else { return }
        mistakes.note("\"\(name)\" is no name of \(what)", at: place)
    }

    private func sent(_ expect: MappingReader) -> [WorkflowCase.Sending: WorkflowCase.Sent] {
        var all: [WorkflowCase.Sending: WorkflowCase.Sent] = [:]
        for sending in WorkflowCase.Sending.allCases {
            all[sending] = .items([])
            guard let node = expect.node(sending.rawValue) else { continue }
            if let count = node.scalar.flatMap({ Int($0.text) }), count >= 0 {
                all[sending] = .count(count)
            } else if let items = node.sequence {
                all[sending] = .items(items.map(item))
            } else {
                expect.note(
                    "\"\(sending.rawValue)\" must be a list or a number",
                    at: sending.rawValue
                )
            }
        }
        return all
    }

    private func item(_ node: Node) -> WorkflowCase.SentItem {
        var inputs: [(name: String, value: String?)] = []
        var subject: String?
        var contains: [String] = []
        if node.mapping == nil { mistakes.note("this must be a mapping", at: node.place) }
        for pair in node.mapping ?? [] {
            switch pair.key {
            case "subject": subject = ScalarReader.text(pair.value, of: pair.key, noting: mistakes)
            case "contains":
                contains = (pair.value.sequence ?? [pair.value]).compactMap {
                    ScalarReader.text($0, of: pair.key, noting: mistakes)
                }
            default:
                let value = pair.value.scalar?.text ?? EventWriter.json(pair.value)
                inputs.append((pair.key, pair.value.isNull ? nil : value))
            }
        }
        return WorkflowCase.SentItem(inputs: inputs, subject: subject, contains: contains)
    }
}
