import Actions
import Engine
import FoundationEssentials
import Logging
package import Model
import Outbound
import Plugins
import SQLiteStore
import Store
import Workflows
import YAMLTree

/// Runs the tests beside workflows: real engine, real database in a folder of its own, nothing
/// leaves.
package struct Rehearsal: Sendable {
    private let draft: PlaybookDraft
    private let folder: String
    private let stage: Stage
    private let fixtures: @Sendable (String) -> String?

    /// Reads plugins and workflows once for all tests; secrets are taken as given.
    ///
    /// - Parameters:
    ///   - settings: Which folders, and what mails look like.
    ///   - fixtures: The sample event of a type.
    /// - Throws: ``Mistakes`` of plugins and workflows.
    package init(
        _ settings: Settings,
        fixtures: @escaping @Sendable (String) -> String? = { TriggerFixtures.text(of: $0) }
    ) throws(Mistakes) {
        let stage = Stage()
        self.stage = stage
        self.fixtures = fixtures
        folder = settings.workflows
        draft = try RehearsalHouse.draft(settings) { StagedKind(real: $0, stage: stage) }
    }

    /// The paths of all test files, sorted.
    package var files: [String] {
        draft.workflows.map { "\(folder)/\($0.name).test.yaml" }
            .filter { FileManager.default.fileExists(atPath: $0) }.sorted()
    }

    /// The workflows that have no test file.
    package var untested: [String] {
        draft.workflows.map(\.name)
            .filter { !FileManager.default.fileExists(atPath: "\(folder)/\($0).test.yaml") }
    }

    /// Runs the cases of one file.
    ///
    /// - Parameter path: `…/NAME.test.yaml`.
    /// - Returns: One result for each case, in order.
    /// - Throws: ``Mistakes`` in the file.
    package func run(_ path: String) async throws(Mistakes) -> [CaseResult] {
        let file = try SourceFile.read(path)
        let names = draft.workflows.map(\.name)
        let subject = String((path.split(separator: "/").last ?? "").dropLast(".test.yaml".count))
        guard names.contains(subject) else {
            let text = "there is no workflow \(subject).yaml to be tested"
            throw Mistakes([file.mistake(text, at: file.place(1, 1))])
        }
        let cases = try WorkflowCaseReader.read(file, workflows: names, fixtures: fixtures)
        var results: [CaseResult] = []
        for test in cases {
            var differences: [String]
            do {
                differences = try await play(test, of: subject)
            } catch {
                differences = ["the case cannot be run: \(error)"]
            }
            results.append(
                CaseResult(name: test.name, place: test.place, differences: differences)
            )
        }
        return results
    }

    /// Runs one case in a fresh database.
    private func play(_ test: WorkflowCase, of subject: String) async throws -> [String] {
        stage.begin(test)
        let taking = [subject] + test.also
        let part = PlaybookDraft(
            plugins: draft.plugins,
            performers: draft.performers,
            workflows: draft.workflows.filter { taking.contains($0.name) },
            reader: draft.reader,
            schemas: draft.schemas,
            vars: test.vars ?? draft.vars
        )
        let first = test.events.first?.created ?? 0
        let clock = VirtualClock(Timestamp(seconds: first + 60))
        return try await RehearsalHouse.withDatabase(clock: clock) { memory in
            let playbook = try await part.apply(to: memory, generation: 1, at: clock.now)
            try await memory.migrate([("rehearsal", Self.seeds(test.rows))])
            let engine = Engine(
                memory: memory,
                evaluator: memory.expressions,
                playbooks: PlaybookBox(playbook),
                logger: RehearsalHouse.silence,
                isCareful: false,
                clock: { clock.now },
                roll: { 0 }
            )
            for event in test.events {
                let delivery = try RehearsalHouse.delivery(event.body, at: clock.now)
                for _ in 0..<event.times { _ = try await memory.record(delivery) }
                try await engine.walkUntilIdle { _ in false }
            }
            let end = clock.now + test.span
            try await engine.walkUntilIdle { due in
                guard let due, due <= end else { return false }
                clock.turn(to: due)
                return true
            }
            return try Comparison(test, subject, memory, stage.scenes).differences()
        }
    }

    /// A migration that inserts the rows of a case.
    private static func seeds(_ tables: [WorkflowCase.TableRows]) -> [SQLFile] {
        var statements: [String] = []
        for table in tables {
            for row in table.rows {
                let columns = row.map(\.column).joined(separator: ", ")
                let values = row.map { cell in
                    cell.value.map { "'" + $0.replacing("'", with: "''") + "'" } ?? "NULL"
                }
                statements.append(
                    "INSERT INTO \(table.table) (\(columns)) "
                        + "VALUES (\(values.joined(separator: ", ")));"
                )
            }
        }
        guard !statements.isEmpty else { return [] }
        return [SQLFile(path: "v001_rows.sql", text: statements.joined(separator: "\n"))]
    }
}
