import ArgumentParser
import Daemon
import Foundation
import Model
import SQLiteStore

/// `till status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how the daemon and its work stand.",
        discussion: """
            Asks the daemon through the socket in its state folder. When none is running, the \
            counts \
            are read from the database and the exit code is 69.

            EXAMPLES
              till status
              till status -o json | jq .last_reload.hash
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    func run() async throws {
        let state = try settings.stateFolder()
        let report: StatusReport
        do {
            report = try await ControlClient(state: state).status()
        } catch let failure as CommandFailure where failure.code == ExitStatus.unavailable.rawValue
        {
            if let reader = try record() { try show(reader, of: state) }
            throw failure
        }
        switch output {
        case .text: Words.print(text(report))
        case .json: Words.print(json(report).pretty)
        }
    }

    /// The database, nil where there is none yet.
    private func record() throws -> SQLiteReader? {
        do {
            return try settings.reader()
        } catch ReaderFailure.missing {
            return nil
        }
    }

    /// What the database alone can tell.
    private func show(_ reader: SQLiteReader, of state: String) throws {
        let events = try reader.eventCounts().map { ($0.key.rawValue, $0.value) }
        let runs = try reader.runCounts().map { ($0.key.rawValue, $0.value) }
        let counts = (
            events: Dictionary(uniqueKeysWithValues: events),
            runs: Dictionary(uniqueKeysWithValues: runs)
        )
        switch output {
        case .text:
            Words.print(
                Shown.pairs([
                    ("daemon", "not running"), ("state", state),
                    ("events", Shown.counts(counts.events, order: Self.eventOrder)),
                    ("runs", Shown.counts(counts.runs, order: Self.runOrder)),
                ])
            )
        case .json:
            Words.print(
                JSONValue.object([
                    ("running", .bool(false)), ("state", .text(state)),
                    ("events", Self.counts(counts.events, Self.eventOrder)),
                    ("runs", Self.counts(counts.runs, Self.runOrder)),
                ]).pretty
            )
        }
    }

    private func text(_ report: StatusReport) -> String {
        let reload = report.lastReload
        let uptime = (Timestamp.now().milliseconds - report.startedAt) / 1000
        var pairs = [
            ("daemon", "running for \(Shown.span(seconds: uptime)), process \(report.pid)"),
            ("version", report.version),
            ("ready", report.ready ? "yes" : "no: \(report.reason ?? "unknown")"),
            ("listen", report.listen), ("admin", report.adminListen), ("state", report.state),
            ("config", Shown.text(report.config)),
            (
                "rules",
                "generation \(reload.generation), \(Shown.hash(reload.hash)), "
                    + "\(reload.workflows) workflows, \(reload.plugins) plugins"
            ),
            (
                "last reload",
                "\(reload.applied ? "applied" : "refused") "
                    + Shown.moment(Timestamp(milliseconds: reload.at))
            ),
            ("events", Shown.counts(report.events, order: Self.eventOrder)),
            ("runs", Shown.counts(report.runs, order: Self.runOrder)),
            ("database", "\(Shown.size(report.databaseBytes)), log \(Shown.size(report.walBytes))"),
        ]
        if let age = report.oldestRunSeconds {
            pairs.append(("oldest run", Shown.span(seconds: age)))
        }
        if let need = Self.need(report) { pairs.append(("needs a person", need)) }
        if let held = report.events[EventStatus.held.rawValue], held > 0 {
            let advice = "see: till events ls --status held, then: till events release"
            pairs.append(("held events", "\(held); \(advice)"))
        }
        for mistake in reload.mistakes { pairs.append(("mistake", mistake)) }
        return Shown.pairs(pairs)
    }

    /// The runs that rest until a person decides, with the age of the oldest; nil without any.
    private static func need(_ report: StatusReport) -> String? {
        let parts = [RunStatus.unsure, .dead].compactMap { status -> String? in
            guard let count = report.runs[status.rawValue], count > 0 else { return nil }
            let age = report.oldestSeconds[status.rawValue].map {
                " (the oldest of \(Shown.span(seconds: $0)) ago)"
            }
            return "\(count) \(status.rawValue)\(age ?? "")"
        }
        guard !parts.isEmpty else { return nil }
        return parts.joined(separator: ", ") + "; see: till runs ls --status unsure,dead"
    }

    private func json(_ report: StatusReport) -> JSONValue {
        let reload = report.lastReload
        return .object([
            ("running", .bool(true)), ("version", .text(report.version)),
            ("pid", .number(Int64(report.pid))),
            ("started_at", .moment(Timestamp(milliseconds: report.startedAt))),
            ("ready", .bool(report.ready)), ("reason", .optional(report.reason)),
            ("listen", .text(report.listen)), ("admin_listen", .text(report.adminListen)),
            ("state", .text(report.state)), ("config", .optional(report.config)),
            ("last_reload", ReloadCommand.json(reload)),
            ("events", Self.counts(report.events, Self.eventOrder)),
            ("runs", Self.counts(report.runs, Self.runOrder)),
            ("oldest_run_seconds", report.oldestRunSeconds.map(JSONValue.number) ?? .null),
            (
                "oldest_seconds",
                .object(
                    report.oldestSeconds.sorted { $0.key < $1.key }.map { ($0, .number($1)) }
                )
            ),
            ("database_bytes", .number(report.databaseBytes)),
            ("wal_bytes", .number(report.walBytes)),
        ])
    }

    private static let eventOrder = EventStatus.allCases.map(\.rawValue)
    private static let runOrder = RunStatus.allCases.map(\.rawValue)

    private static func counts(_ counts: [String: Int], _ order: [String]) -> JSONValue {
        .object(order.map { ($0, .number(Int64(counts[$0] ?? 0))) })
    }
}
