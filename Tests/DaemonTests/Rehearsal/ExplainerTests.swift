import Daemon
import Foundation
import Model
import Testing

@Suite struct `Explaining an event` {
    private let explainer: Explainer

    init() throws {
        var settings = Settings.builtIn
        settings.workflows = SettingsFixture.root.appending(path: "workflows").path
        settings.plugins = SettingsFixture.root.appending(path: "plugins").path
        explainer = try Explainer(settings)
    }

    @Test func `guards, inputs and effects of every workflow of the type are shown`()
        async throws
    {
        let body = try #require(TriggerFixtures.text(of: "payment_intent.succeeded"))

        let explanation = try await explainer.explain(body)

        let part = try #require(explanation.workflows.first)
        #expect(part.name == "payment-intent-succeeded")
        #expect(part.verdict == "runs")
        let order = try #require(part.steps.first { $0.id == "order" })
        #expect(order.verdict == "would run")
        #expect(order.effect?.hasSuffix("update-order/effect.sql") == true)
        #expect(order.inputs.contains { $0.name == "status" && $0.value == "\"paid\"" })
        let mail = try #require(part.steps.first { $0.id == "confirm-order" })
        #expect(mail.readsSteps)
        #expect(explanation.text.contains("payment-intent-succeeded: runs"))
        #expect(explanation.json.pretty.contains("\"verdict\": \"would run\""))
    }

    @Test func `a type that nobody takes says so`() async throws {
        let body = #"{"id":"evt_1","type":"price.created","created":1,"data":{"object":{}}}"#
        let explanation = try await explainer.explain(body)
        #expect(explanation.workflows.isEmpty)
        #expect(explanation.text.contains("no workflow takes this type"))
    }

    @Test func `a body that is no event is refused`() async throws {
        await #expect(throws: (any Error).self) { try await explainer.explain("[]") }
    }
}
