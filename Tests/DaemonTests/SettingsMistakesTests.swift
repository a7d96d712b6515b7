import Daemon
import Foundation
import Model
import Testing

@Suite struct `Mistakes in settings` {
    private static let folder = SettingsFixture.root.appending(path: "Tests/DaemonTests/Mistakes")

    /// The cases: a settings file, a line of dashes, what is said about it.
    private static let cases = names()

    @Test func `there are enough cases`() {
        #expect(Self.cases.count >= 12)
    }

    @Test(arguments: cases)
    func `each is told with its place, line and caret`(name: String) throws {
        let file = Self.folder.appending(path: name)
        let text = try String(contentsOf: file, encoding: .utf8)
        let parts = text.components(separatedBy: "\n----\n")
        let input = try #require(parts.first) + "\n"

        let mistakes = #expect(throws: Mistakes.self) { try SettingsFixture.read(input) }

        let said = (mistakes?.description ?? "nothing") + "\n"
        if ProcessInfo.processInfo.environment["UPDATE_CASES"] == "1" {
            try Data("\(input)----\n\(said)".utf8).write(to: file)
        } else {
            #expect(said == parts.dropFirst().first)
        }
    }

    private static func names() -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasSuffix(".case") }.sorted()
        } catch {
            // Why: the count of cases has a test of its own, which fails then.
            return []
        }
    }
}
