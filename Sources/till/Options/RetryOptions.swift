import ArgumentParser
import Daemon

/// How runs are to walk again.
struct RetryOptions: ParsableArguments {
    /// Which version of the workflow.
    @Option(
        name: .customLong("version-of"),
        help: ArgumentHelp(
            "The version they began with (original), or the one in force (current).",
            valueName: "original|current"
        )
    )
    var version = RetryWish.Version.original

    /// Where they begin.
    @Option(
        help: ArgumentHelp(
            "At the step that failed (step), or at the first one (start).",
            valueName: "step|start"
        )
    )
    var from = RetryWish.Start.step

    /// The wish that stands for the options.
    func wish(workflow: String? = nil) -> RetryWish {
        RetryWish(version: version, from: from, workflow: workflow, actor: ControlClient.actor)
    }

    /// Prints what became of it; the exit code is 65 when a run was refused.
    static func show(_ report: RetryReport) throws {
        if !report.retried.isEmpty {
            Words.print(report.retried.map(String.init).joined(separator: "\n"))
            Words.say("\(report.retried.count) to be walked again; see: till runs ls")
        }
        guard !report.refused.isEmpty else { return }
        let lines = report.refused.map { "run \($0.run): \($0.reason)" }
        throw CommandFailure(lines.joined(separator: "\n"), .data)
    }
}

extension RetryWish.Version: ExpressibleByArgument {}
extension RetryWish.Start: ExpressibleByArgument {}
