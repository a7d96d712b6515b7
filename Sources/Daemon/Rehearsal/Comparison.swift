import Model
import SQLiteStore
import Store

/// Compares what came of a case with what it expects.
struct Comparison {
    private let test: WorkflowCase
    private let subject: String
    private let memory: SQLiteMemory
    private let scenes: [Stage.Scene]
    private let runs: [RunDetail]

    /// Looks at the database at the end of a case.
    init(
        _ test: WorkflowCase,
        _ subject: String,
        _ memory: SQLiteMemory,
        _ scenes: [Stage.Scene]
    ) throws(StoreFailure) {
        self.test = test
        self.subject = subject
        self.memory = memory
        self.scenes = scenes
        var runs: [RunDetail] = []
        let rows = try memory.reader.runs(RunFilter(limit: 1000))
        for row in rows.sorted(by: { $0.id < $1.id }) {
            if let run = try memory.reader.run(row.id) { runs.append(run) }
        }
        self.runs = runs
    }

    /// Everything that is otherwise than expected, one line each.
    func differences() throws -> [String] {
        compareRuns() + compareSteps() + compareOutputs() + (try compareTables()) + compareSent()
    }

    private func compareRuns() -> [String] {
        test.runs.compactMap { name, words in
            let runs = runs.filter { $0.row.workflow == name }
            let found = runs.map(\.row.status.rawValue)
            guard let problem = Self.problem(words, found) else { return nil }
            let reasons = runs.compactMap(\.row.reason)
            let because = reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
            return "runs: \(name) \(problem)\(because)"
        }
    }

    private func compareSteps() -> [String] {
        test.steps.compactMap { name, words in
            let (workflow, id) = parts(name)
            let rows = runs.filter { $0.row.workflow == workflow }
                .map { run in run.steps.first { $0.step == id } }
            if case .each = words {
                let found = rows.map { $0?.status.rawValue ?? "none" }
                return Self.problem(words, found).map { "steps: \(name) \($0)" }
            }
            let reached = rows.compactMap { $0 }
            guard let problem = Self.problem(words, reached.map(\.status.rawValue)) else {
                return nil
            }
            let reasons = reached.compactMap(\.reason)
            let because = reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
            return "steps: \(name) \(problem)\(because)"
        }
    }

    private func compareOutputs() -> [String] {
        test.outputs.flatMap { name, values -> [String] in
            let (workflow, id) = parts(name)
            let rows = runs.filter { $0.row.workflow == workflow }
                .compactMap { run in run.steps.first { $0.step == id } }
            guard let outputs = rows.last?.outputs.flatMap({ TriggerJSON($0) }) else {
                return ["outputs: \(name) left nothing behind"]
            }
            return values.compactMap { key, value in
                let found = Self.text(outputs[[key]])
                guard !Self.fits(value, found) else { return nil }
                return "outputs: \(name).\(key) should be \(Self.shown(value)), "
                    + "is \(Self.shown(found))"
            }
        }
    }

    private func parts(_ name: String) -> (workflow: String, step: String) {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : (subject, name)
    }

    private func compareTables() throws -> [String] {
        var differences: [String] = []
        for table in test.tables {
            var columns: [String] = []
            for cell in table.rows.joined() where !columns.contains(cell.column) {
                columns.append(cell.column)
            }
            let found = try rows(of: table.table, columns, at: table.place)
            let wanted = table.rows.map { row in Self.pattern(row, columns) }
            guard !Self.pairs(wanted[...], found) else { continue }
            let shown = found.map { row in
                zip(columns, row).map { "\($0): \(Self.shown($1))" }.joined(separator: ", ")
            }
            let list = shown.map { "{ \($0) }" }.joined(separator: " ")
            differences.append(
                "rows: \(table.table) should have exactly the \(wanted.count) rows listed, "
                    + "has \(found.count): \(list)"
            )
        }
        return differences
    }

    /// The rows of a table, only those columns.
    private func rows(
        of table: String,
        _ columns: [String],
        at place: SourcePlace
    ) throws -> [[String?]] {
        let list = columns.map { "t.\($0)" }.joined(separator: ", ")
        let sql = "(SELECT json_group_array(json_array(\(list))) FROM \(table) AS t)"
        let scope = ExpressionScope(
            event: "{}",
            object: nil,
            previous: nil,
            metadata: "{}",
            id: "",
            type: "",
            created: 0,
            livemode: false,
            account: nil,
            endpoint: ""
        )
        let values = try memory.expressions.values(of: [Expression(sql, at: place)], in: scope)
        guard case .text(let text)? = values.first, case .array(let rows)? = TriggerJSON(text)
        else { return [] }
        return rows.map { row in
            guard case .array(let cells) = row else { return [] }
            return cells.map { Self.text($0) }
        }
    }

    /// What each column must be: nothing for a column that the row does not name.
    private static func pattern(
        _ row: [(column: String, value: String?)],
        _ columns: [String]
    ) -> [String??] {
        columns.map { column in row.first { $0.column == column }.map(\.value) }
    }

    /// Whether each wanted row can have a found row of its own, and none is left over.
    private static func pairs(_ wanted: ArraySlice<[String??]>, _ found: [[String?]]) -> Bool {
        guard let first = wanted.first else { return found.isEmpty }
        guard wanted.count == found.count else { return false }
        for (index, row) in found.enumerated() {
            let fits = zip(first, row).allSatisfy { want, has in
                want.map { Self.fits($0, has) } ?? true
            }
            guard fits else { continue }
            var rest = found
            rest.remove(at: index)
            if pairs(wanted.dropFirst(), rest) { return true }
        }
        return false
    }

    private func compareSent() -> [String] {
        WorkflowCase.Sending.allCases.flatMap { sending -> [String] in
            let found = scenes.filter { $0.sending == sending }
            let shown = found.map { "by step \($0.step): \($0.inputs.json)" }
            let what = sending.rawValue
            switch test.sent[sending] ?? .items([]) {
            case .count(let count):
                guard found.count != count else { return [] }
                return ["\(what): should be \(count), are \(found.count)"] + shown
            case .items(let items):
                guard found.count == items.count else {
                    return ["\(what): should be \(items.count), are \(found.count)"] + shown
                }
                return zip(items, found).enumerated().flatMap { index, pair in
                    Self.problems(pair.0, pair.1).map { "\(what)[\(index + 1)]: \($0)" }
                }
            }
        }
    }

    private static func problems(_ item: WorkflowCase.SentItem, _ scene: Stage.Scene) -> [String] {
        var problems: [String] = []
        for (name, value) in item.inputs {
            let found = scene.inputs.text(name)
            if !fits(value, found) {
                problems.append("\(name) should be \(shown(value)), is \(shown(found))")
            }
        }
        if let subject = item.subject, !scene.text.contains("Subject: \(subject)\n") {
            let line = scene.text.split(separator: "\n").first { $0.hasPrefix("Subject: ") } ?? ""
            problems.append("the subject should be \"\(subject)\", is \"\(line.dropFirst(9))\"")
        }
        for text in item.contains where !scene.text.contains(text) {
            problems.append("it does not contain \"\(text)\":\n\(scene.text)")
        }
        return problems
    }

    /// What is wrong with the words found, or nil.
    private static func problem(_ words: WorkflowCase.Words, _ found: [String]) -> String? {
        let list = found.isEmpty ? "none" : found.joined(separator: ", ")
        switch words {
        case .all("none"): return found.isEmpty ? nil : "should be none, is \(list)"
        case .all(let word):
            let holds = !found.isEmpty && found.allSatisfy { $0 == word }
            return holds ? nil : "should be \(word), is \(list)"
        case .each(let each):
            return each == found ? nil : "should be \(each.joined(separator: ", ")), is \(list)"
        }
    }

    /// Whether a value is what was written; `true` and `false` are 1 and 0 in the database.
    private static func fits(_ wanted: String?, _ found: String?) -> Bool {
        if wanted == found { return true }
        return (wanted == "true" && found == "1") || (wanted == "false" && found == "0")
    }

    private static func text(_ json: TriggerJSON?) -> String? {
        switch json {
        case nil, .word("null")?: nil
        case .text(let text)?: text
        case .some(let other): other.text
        }
    }

    private static func shown(_ value: String?) -> String {
        value.map { "\"\($0)\"" } ?? "null"
    }
}
