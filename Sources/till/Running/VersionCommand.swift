import ArgumentParser
import Daemon

/// `till version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print which Till this is.",
        discussion: """
            EXAMPLES
              till version
              till --version
            """
    )

    func run() throws {
        Words.print("till \(TillVersion.text)")
    }
}
