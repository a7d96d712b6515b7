import ArgumentParser
import Model
import SQLiteStore
import Store

/// `till runs show`.
struct RunsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one run: each step with its inputs, outputs, attempts and key.",
        discussion: """
            Secrets in inputs are shown as they were recorded: masked.

            EXAMPLES
              till runs show 42
              till runs show 42 -o json | jq '.steps[] | {step, status, reason}'
            """
    )

    /// Where the database is.
    @OptionGroup var settings: SettingsOptions

    /// The run.
    @Argument(help: "The run's number.")
    var id: Int64

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    func run() throws {
        let reader = try settings.reader()
        guard let run = try reader.run(RunID(id)) else { throw try reader.missing(RunID(id)) }
        Words.print(output == .json ? Self.json(run).compact : Self.text(run))
        guard output == .text else { return }
        if run.row.status == .dead { Words.hint("to let it walk again: till runs retry \(id)") }
        if run.row.status == .unsure {
            Words.hint("to say what became of it: till runs resolve \(id) --as done|failed|retry")
        }
    }

    private static func text(_ run: RunDetail) -> String {
        let row = run.row
        var pairs = [
            ("run", row.id.description),
            ("workflow", "\(row.workflow), version \(Shown.hash(row.versionHash))"),
            ("status", row.status.rawValue + (row.reason.map { ": \($0)" } ?? "")),
            ("event", "\(row.event) \(row.eventType)"),
            ("created", Shown.moment(row.createdAt)), ("updated", Shown.moment(row.updatedAt)),
        ]
        if let due = row.dueAt { pairs.append(("next attempt", Shown.moment(due))) }
        if let key = run.onceKey { pairs.append(("once-per", key)) }
        if row.replay > 0 { pairs.append(("replay", String(row.replay))) }
        if run.crashes > 0 { pairs.append(("crashes", String(run.crashes))) }
        return run.steps.reduce(into: Shown.pairs(pairs)) { $0 += "\n" + text($1) }
    }

    private static func text(_ step: StepRow) -> String {
        let status = Terminal.output.coloured(step.status.rawValue, Shown.colour(step.status))
        let phase = step.position.phase == .failure ? ", on failure" : ""
        var text = Terminal.harmless("\(step.step) (\(step.action)\(phase))") + ": \(status)\n"
        var pairs = [
            ("  attempts", String(step.attempts)), ("  key", step.key),
            ("  began", Shown.moment(step.startedAt)),
        ]
        if let ended = step.endedAt {
            let took = ended.milliseconds - step.startedAt.milliseconds
            pairs.append(("  ended", "\(Shown.moment(ended)) after \(took) ms"))
        }
        if let reason = step.reason { pairs.append(("  reason", reason)) }
        text += Shown.pairs(pairs)
        for (name, json) in [("inputs", step.inputs), ("outputs", step.outputs)] {
            guard let json, json != "{}" else { continue }
            let lines = PrettyJSON.lines(of: json).split(separator: "\n").joined(separator: "\n  ")
            text += "  \(name) \(lines)\n"
        }
        return text
    }

    private static func json(_ run: RunDetail) -> JSONValue {
        var pairs = RunsListCommand.columns.map { (key: $0.name, value: $0.value(run.row)) }
        pairs.append(("once_key", .optional(run.onceKey)))
        pairs.append(("crashes", .number(Int64(run.crashes))))
        pairs.append(("steps", .array(run.steps.map(json))))
        return .object(pairs)
    }

    private static func json(_ step: StepRow) -> JSONValue {
        .object([
            ("step", .text(step.step)), ("action", .text(step.action)),
            ("phase", .text(step.position.phase.rawValue)),
            ("position", .number(Int64(step.position.index))),
            ("status", .text(step.status.rawValue)), ("attempts", .number(Int64(step.attempts))),
            ("key", .text(step.key)), ("reason", .optional(step.reason)),
            ("started_at", .moment(step.startedAt)), ("ended_at", .moment(step.endedAt)),
            ("inputs", .stored(step.inputs)), ("outputs", .stored(step.outputs)),
        ])
    }
}
