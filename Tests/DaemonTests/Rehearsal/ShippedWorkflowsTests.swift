import Daemon
import Foundation
import Testing

@Suite struct `The shipped workflows` {
    private static let settings: Settings = {
        var settings = Settings.builtIn
        settings.workflows = SettingsFixture.root.appending(path: "workflows").path
        settings.plugins = SettingsFixture.root.appending(path: "plugins").path
        return settings
    }()

    static let files: [String] = {
        let folder = SettingsFixture.root.appending(path: "workflows").path
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(".test.yaml") }.sorted()
        } catch {
            return []
        }
    }()

    @Test func `each of them has tests`() throws {
        let rehearsal = try Rehearsal(Self.settings)
        #expect(rehearsal.untested.isEmpty)
        #expect(rehearsal.files.count == Self.files.count)
        #expect(Self.files.count >= 8)
    }

    @Test(arguments: files)
    func `all cases pass`(_ file: String) async throws {
        let rehearsal = try Rehearsal(Self.settings)
        let results = try await rehearsal.run("\(Self.settings.workflows)/\(file)")
        #expect(!results.isEmpty)
        for result in results where !result.hasPassed {
            Issue.record(
                "\(result.place) \(result.name):\n\(result.differences.joined(separator: "\n"))"
            )
        }
    }
}
