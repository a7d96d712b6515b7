import ArgumentParser
import Daemon
import Foundation
import Model

/// `till test`.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests beside workflows: the real engine, nothing leaves the house.",
        discussion: """
            Each case of a NAME.test.yaml gets an empty database with the plugins' tables. Mails \
            and \
            requests are rendered and compared instead of sent, the clock is turned instead of \
            waited for. No secret needs to be there. The exit code is 65 when a case fails.

            EXAMPLES
              till test
              till test workflows/payment-intent-succeeded.test.yaml
              till test --filter Arabic
            """
    )

    /// Where settings come from.
    @OptionGroup var settings: SettingsOptions

    /// Only some cases.
    @Option(
        help: ArgumentHelp("Show only cases whose name contains this.", valueName: "text")
    )
    var filter: String?

    /// Whether only failures are shown.
    @Flag(name: [.customShort("q"), .long], help: "Show only cases that fail.")
    var quiet = false

    /// The tests.
    @Argument(
        help: ArgumentHelp("Test files, or workflows; all when none is named.", valueName: "file")
    )
    var files: [String] = []

    func run() async throws {
        let rehearsal = try Rehearsal(
            SettingsReader.read(settings.sources().takingSecretsAsGiven)
        )
        var passed = 0
        var failed = 0
        var mistakes: [Mistake] = []
        for file in files.isEmpty ? rehearsal.files : try files.map(testFile) {
            do throws(Mistakes) {
                let results = try await rehearsal.run(file)
                    .filter { filter.map($0.name.contains) ?? true }
                results.forEach { show($0, of: file) }
                passed += results.count { $0.hasPassed }
                failed += results.count { !$0.hasPassed }
            } catch {
                mistakes += error.all
            }
        }
        if !mistakes.isEmpty { throw CommandFailure(Mistakes(mistakes)) }
        if files.isEmpty, !rehearsal.untested.isEmpty {
            Words.say("untested: " + rehearsal.untested.joined(separator: ", "))
        }
        guard failed == 0 else {
            throw CommandFailure("\(failed) of \(passed + failed) cases failed", .data)
        }
        guard passed > 0 else {
            throw CommandFailure("there is no case to run; see workflows/README.md", .noInput)
        }
        Words.say("\(passed) cases passed")
    }

    /// The test file that a path means: itself, or the one beside a workflow.
    private func testFile(_ path: String) throws -> String {
        let isWorkflow = path.hasSuffix(".yaml") && !path.hasSuffix(".test.yaml")
        let file = isWorkflow ? String(path.dropLast(5)) + ".test.yaml" : path
        guard FileManager.default.fileExists(atPath: file) else {
            throw CommandFailure("there is no test file \(file)", .noInput)
        }
        return file
    }

    private func show(_ result: CaseResult, of file: String) {
        if quiet, result.hasPassed { return }
        let name = (file.split(separator: "/").last ?? "").dropLast(".test.yaml".count)
        let word =
            result.hasPassed
            ? Terminal.output.coloured("ok", .green) : Terminal.output.coloured("FAILED", .red)
        Words.print("\(word)  \(name): \(Terminal.harmless(result.name))")
        guard !result.hasPassed else { return }
        Words.print("    \(result.place)")
        for difference in result.differences {
            Words.print("    " + Terminal.harmless(difference, keepsLines: true))
        }
    }
}
