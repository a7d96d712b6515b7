import Daemon
import Foundation
import Model
import Testing
import YAMLTree

@Suite struct `A workflow that would never run` {
    @Test(arguments: [
        ("payment_intent.suceeded", "did you mean payment_intent.succeeded?"),
        ("charge.dispute.close", "did you mean charge.dispute.closed?"),
        ("chrage.*", "did you mean charge.*?"),
    ])
    func `because of a slip in its type is told with what was meant`(
        type: String,
        remedy: String
    ) throws {
        let warnings = try warnings(on: type)

        #expect(warnings.count == 1, "\(warnings)")
        #expect(warnings.first?.hasSuffix(remedy) == true, "\(warnings)")
        #expect(warnings.first?.contains("workflows/odd.yaml: on: ") == true, "\(warnings)")
    }

    @Test(arguments: [
        "payment_intent.succeeded", "charge.*", "charge.dispute.*", "shop.order.packed",
        "v2.core.account.updated",
    ])
    func `is not suspected behind a known type, or one like no other`(type: String) throws {
        #expect(try warnings(on: type) == [])
    }

    @Test func `because no endpoint runs its mode is told`() throws {
        let endpoint = "endpoints: [{ name: a, path: /a, secrets: [\"${env:ONE}\"], mode: test }]\n"

        let live = try warnings(on: "charge.refunded", mode: "live", settings: endpoint)
        let test = try warnings(on: "charge.refunded", mode: "test", settings: endpoint)
        let any = try warnings(on: "charge.refunded", settings: endpoint)

        #expect(live.count == 1 && live.first?.contains("mode: live never fits") == true)
        #expect(test == [])
        #expect(any == [])
    }

    private func warnings(
        on type: String,
        mode: String = "any",
        settings: String = ""
    ) throws -> [String] {
        let workflow =
            "name: odd\non: \(type)\nmode: \(mode)\nsteps:\n"
            + "  - { uses: update-order, with: { order: a, status: pending } }\n"
        var site = try DaemonFixture(settings: settings, workflows: ["odd": workflow])
        site.environment["ONE"] = "whsec_one"
        let sources = SettingsSources(
            file: try SourceFile.read(site.folder.appending(path: "etc/till.yaml").path),
            environment: site.environment
        )
        let check = try RuleCheck(sources, withSecrets: true, clock: wallClock)
        return check.warnings.filter { $0.contains("odd.yaml") }
    }
}
