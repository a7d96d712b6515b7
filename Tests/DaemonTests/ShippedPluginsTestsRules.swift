import Daemon
import Foundation
import Model
import Plugins
import Stripe
import Testing
import YAMLTree

@Suite struct `What Till ships` {
    private static let root = SettingsFixture.root

    /// What a shipped workflow's file says under `on`.
    private static func types(ofWorkflow path: URL) throws -> [String] {
        let node = try YAMLReader.read(try SourceFile.read(path.path))
        let on = try #require(node["on"])
        if let several = on.sequence { return several.compactMap(\.scalar?.text) }
        return [try #require(on.scalar).text]
    }

    private static func files(_ folder: String, suffix: String) throws -> [URL] {
        let folder = root.appending(path: folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(suffix) }.map { folder.appending(path: $0) }
    }

    @Test func `the shipped rules load without a mistake`() throws {
        let site = try DaemonFixture()
        for file in try Self.files("workflows", suffix: ".yaml") {
            try site.write(
                "workflows/\(file.lastPathComponent)",
                try String(contentsOf: file, encoding: .utf8)
            )
        }

        let check = try Self.check(site)

        #expect(check.workflows == 9)
        #expect(check.plugins == 5)
    }

    @Test func `every shipped workflow has tests and an event to try it with`() throws {
        let workflows = try Self.files("workflows", suffix: ".yaml").filter {
            !$0.lastPathComponent.hasSuffix(".test.yaml")
        }
        try #require(!workflows.isEmpty)
        var taken: Set<String> = []
        for workflow in workflows {
            let tests = workflow.deletingPathExtension().appendingPathExtension("test.yaml")
            #expect(FileManager.default.fileExists(atPath: tests.path), "\(tests.path)")
            taken.formUnion(try Self.types(ofWorkflow: workflow))
        }

        #expect(taken.sorted() == TriggerFixtures.types)
    }

    @Test(arguments: TriggerFixtures.types)
    func `a sample event is well formed and of its type`(type: String) throws {
        let text = try #require(TriggerFixtures.text(of: type))

        let envelope = try EventEnvelope.read(text)

        #expect(envelope.type == type)
        #expect(envelope.id.hasPrefix("evt_"))
        #expect(envelope.apiVersion == "2026-10-28.endive")
        #expect(!envelope.livemode)
        #expect((1000...4096).contains(text.utf8.count), "\(text.utf8.count) bytes")
    }

    @Test func `the sample events tell of one payment`() throws {
        func object(_ type: String) throws -> [String: Any] {
            let data = Data(try #require(TriggerFixtures.text(of: type)).utf8)
            let event = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            return try #require((event?["data"] as? [String: Any])?["object"] as? [String: Any])
        }
        let intent = try object("payment_intent.succeeded")
        let charge = try object("charge.succeeded")
        let id = try #require(intent["id"] as? String)

        #expect(intent["latest_charge"] as? String == charge["id"] as? String)
        #expect(try object("payment_intent.payment_failed")["id"] as? String == id)
        #expect(try object("charge.refunded")["id"] as? String == charge["id"] as? String)
        #expect(
            try object("charge.dispute.created")["charge"] as? String == charge["id"] as? String
        )
        for type in ["charge.succeeded", "charge.refunded", "charge.dispute.created"] {
            #expect(try object(type)["payment_intent"] as? String == id, "\(type)")
        }
        #expect(try object("checkout.session.completed")["payment_intent"] as? String == id)
    }

    @Test func `the plugin that plugins-README builds step by step works`() async throws {
        let text = try String(
            contentsOf: Self.root.appending(path: "plugins/README.md"),
            encoding: .utf8
        )
        let blocks = Self.blocks(of: text)
        try #require(blocks.count == 4)
        let site = try DaemonFixture(workflows: ["points": blocks[3]])
        try site.write("plugins/give-points/plugin.yaml", blocks[0])
        try site.write("plugins/give-points/schema/v001_points.sql", blocks[1])
        try site.write("plugins/give-points/effect.sql", blocks[2])

        #expect(try Self.check(site).plugins == 6)
        let bench = try await ShippedPluginsBench(plugins: [site.folder.appending(path: "plugins")])
        let give: [String: Value] = ["order": .text("A-1"), "buyer": .text("cus_1")]
        let early = try await bench.settle("give-points", give)
        try await bench.settle(
            "update-order",
            [
                "order": .text("A-1"), "status": .text("paid"), "amount": .integer(1999),
                "currency": .text("usd"), "if-missing": .text("create"),
            ]
        )
        let first = try await bench.settle("give-points", give)
        let second = try await bench.settle("give-points", give)

        #expect(early == .wait("order A-1 is not paid yet"))
        #expect(first.outputs == Fields([("changed", .integer(1)), ("points", .integer(19))]))
        #expect(second.reason == "order A-1 gave its points before")
    }

    /// The fenced blocks of YAML and SQL, in order.
    private static func blocks(of text: String) -> [String] {
        text.components(separatedBy: "\n```").enumerated().compactMap { index, part in
            guard index % 2 == 1 else { return nil }
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            guard ["yaml", "sql"].contains(lines.first), lines.count == 2 else { return nil }
            return lines[1] + "\n"
        }
    }

    private static func check(_ site: DaemonFixture) throws -> RuleCheck {
        try RuleCheck(
            SettingsSources(
                file: try SourceFile.read(site.folder.appending(path: "etc/till.yaml").path),
                environment: site.environment
            ),
            withSecrets: true,
            clock: wallClock
        )
    }
}
