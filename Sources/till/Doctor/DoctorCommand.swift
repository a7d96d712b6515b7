import ArgumentParser
import Daemon
import Foundation
import Model
import SQLiteStore
import Store

/// `till doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for everything that needs a person, and say what to do about it.",
        discussion: """
            Looks at files, disk, database, audit log, clock, open work, backups, settings and the \
            daemon; reads only. The exit code is 0 when all is well, 1 when there are warnings, 65 \
            when something is broken.

            EXAMPLES
              till doctor
              till doctor --full -o json | jq '.[] | select(.level != "ok")'
            """
    )

    /// Where the state is.
    @OptionGroup var settings: SettingsOptions

    /// Whether every index of the database is checked.
    @Flag(help: "Check every index of the database too, which takes longer.")
    var full = false

    /// How it is printed.
    @Option(name: [.customShort("o"), .long], help: "How it is printed.")
    var output = DetailFormat.text

    func run() async throws {
        let state = try settings.stateFolder()
        let doctor = Doctor(state: state, now: Timestamp.now(), isQuick: !full)
        var findings = doctor.files() + [readSettings()]
        do {
            let reader = try settings.reader()
            findings += try doctor.work(reader) + [doctor.backup(reader)]
        } catch {
            findings.append(Finding("record", .bad, "\(error)", advice: "see above"))
        }
        do {
            findings += Doctor.daemon(try await ControlClient(state: state).status())
        } catch {
            findings.append(Finding("daemon", .warning, "\(error)", advice: "till serve"))
        }
        show(findings)
        if findings.contains(where: { $0.level == .bad }) {
            Foundation.exit(ExitStatus.data.rawValue)
        }
        if findings.contains(where: { $0.level == .warning }) { Foundation.exit(1) }
    }

    /// Whether the settings, secrets among them, can be read.
    private func readSettings() -> Finding {
        do {
            _ = try SettingsReader.read(settings.sources())
            return Finding("settings", .ok, "sound, every secret is there")
        } catch {
            return Finding("settings", .bad, "\(error)", advice: "till check")
        }
    }

    private func show(_ findings: [Finding]) {
        switch output {
        case .text:
            let width = findings.map(\.check.count).max() ?? 0
            for finding in findings {
                let name = finding.check.padding(toLength: width, withPad: " ", startingAt: 0)
                let level = finding.level.rawValue.padding(
                    toLength: 7,
                    withPad: " ",
                    startingAt: 0
                )
                Words.print(Terminal.harmless("\(level)  \(name)  \(finding.found)"))
                if let advice = finding.advice {
                    Words.print(Terminal.harmless("         → \(advice)"))
                }
            }
        case .json:
            Words.print(
                JSONValue.array(
                    findings.map { finding in
                        .object([
                            ("check", .text(finding.check)),
                            ("level", .text(finding.level.rawValue)),
                            ("found", .text(finding.found)), ("advice", .optional(finding.advice)),
                        ])
                    }
                ).pretty
            )
        }
    }
}
