import Daemon
import Foundation
import Model
import Testing

@Suite struct `Rehearsing a workflow` {
    private let home: URL
    private let settings: Settings

    init() throws {
        home = URL(filePath: "/tmp").appending(path: "till-rehearsal-test-\(UUID())")
        var settings = Settings.builtIn
        settings.workflows = home.appending(path: "workflows").path
        settings.plugins = SettingsFixture.root.appending(path: "plugins").path
        self.settings = settings
        try FileManager.default.createDirectory(
            atPath: settings.workflows,
            withIntermediateDirectories: true
        )
        try Data(Self.workflow.utf8).write(to: home.appending(path: "workflows/paid.yaml"))
        try Data(Self.other.utf8).write(to: home.appending(path: "workflows/failed.yaml"))
    }

    private static let workflow = """
        on: payment_intent.succeeded
        steps:
          - id: mark
            uses: update-order
            with:
              order: ${{ metadata ->> 'order_id' }}
              status: paid
              amount: ${{ object ->> 'amount_received' }}
              currency: ${{ object ->> 'currency' }}
              email: ${{ object ->> 'receipt_email' }}
              if-missing: create
              confirms: true
          - id: receipt
            uses: send-email
            if: steps -> 'mark' ->> 'confirm' = 1
            with:
              to: ${{ steps -> 'mark' ->> 'email' }}
              template: order-confirmation
              order: ${{ steps -> 'mark' ->> 'order' }}
              amount: ${{ steps -> 'mark' ->> 'amount' }}
              currency: ${{ steps -> 'mark' ->> 'currency' }}
          - id: tell
            uses: http-request
            with: { url: "https://shop.example/paid", body: { order: "${{ id }}" } }
        on-failure:
          - { uses: notify-sentry, with: { message: "event ${{ id }} failed" } }
        """

    private static let other = """
        on: payment_intent.payment_failed
        steps:
          - uses: update-order
            with: { order: "${{ metadata ->> 'order_id' }}", status: failed, if-missing: wait }
        """

    /// The results of one case, given as YAML below `given` and `expect`.
    private func play(_ given: String, _ expect: String) async throws -> [String] {
        let text = """
            cases:
              - name: a case
                given: \(given)
                expect: \(expect)
            """
        let file = home.appending(path: "workflows/paid.test.yaml")
        try Data(text.utf8).write(to: file)
        defer { discard(home) }
        let results = try await Rehearsal(settings).run(file.path)
        return try #require(results.first).differences
    }

    private func discard(_ url: URL) {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            print("left behind: \(url.path)")
        }
    }

    private static let paid = "{ event: { fixture: payment_intent.succeeded } }"
    private static let sent = "mails: 1, requests: 1"

    @Test func `what is as expected has no differences`() async throws {
        let differences = try await play(
            Self.paid,
            """
            {
              runs: { paid: succeeded, failed: none }, steps: { mark: done, receipt: done },
              outputs: { mark: { changed: true } },
              rows: { orders: [{ status: paid, error_message: null }] },
              mails: [{ template: order-confirmation, contains: ["Subject:", "<html"] }],
              requests: [{ url: "https://shop.example/paid", contains: "Idempotency-Key" }] }
            """
        )
        #expect(differences == [])
    }

    @Test(arguments: [
        ("{ runs: { paid: dead }, \(sent) }", "runs: paid should be dead, is succeeded"),
        ("{ runs: { paid: none }, \(sent) }", "runs: paid should be none, is succeeded"),
        (
            "{ runs: { paid: [succeeded, succeeded] }, \(sent) }",
            "runs: paid should be succeeded, succeeded, is succeeded"
        ),
        (
            "{ runs: { paid: succeeded }, steps: { mark: skipped }, \(sent) }",
            "steps: mark should be skipped, is done"
        ),
        (
            "{ runs: { paid: succeeded }, steps: { nothing: done }, \(sent) }",
            "steps: nothing should be done, is none"
        ),
        (
            "{ runs: { paid: succeeded }, outputs: { mark: { changed: 0 } }, \(sent) }",
            "outputs: mark.changed should be \"0\", is \"1\""
        ),
        (
            "{ runs: { paid: succeeded }, rows: { orders: [{ status: failed }] }, \(sent) }",
            "rows: orders should have exactly the 1 rows listed, has 1: { status: \"paid\" }"
        ),
        (
            "{ runs: { paid: succeeded }, rows: { orders: [] }, \(sent) }",
            "rows: orders should have exactly the 0 rows listed, has 1"
        ),
        ("{ runs: { paid: succeeded }, mails: 1 }", "requests: should be 0, are 1"),
        ("{ runs: { paid: succeeded }, mails: 2, requests: 1 }", "mails: should be 2, are 1"),
        (
            "{ runs: { paid: succeeded }, mails: [{ template: thanks }], requests: 1 }",
            "mails[1]: template should be \"thanks\", is \"order-confirmation\""
        ),
        (
            "{ runs: { paid: succeeded }, mails: [{ contains: xyzzy }], requests: 1 }",
            "mails[1]: it does not contain \"xyzzy\""
        ),
        (
            "{ runs: { paid: succeeded }, mails: [{ subject: Nothing }], requests: 1 }",
            "mails[1]: the subject should be \"Nothing\""
        ),
        (
            "{ runs: { paid: succeeded }, rows: { orders: [{ colour: red }] }, \(sent) }",
            "no such column"
        ),
    ])
    func `what is otherwise is told`(_ expect: String, _ difference: String) async throws {
        let differences = try await play(Self.paid, expect)
        #expect(differences.contains { $0.contains(difference) }, "\(differences)")
    }

    @Test func `a step can be made to fail, and on-failure is walked`() async throws {
        let differences = try await play(
            """
            { event: { fixture: payment_intent.succeeded }, fails: { receipt: no such mailbox } }
            """,
            """
            { runs: { paid: dead }, steps: { receipt: failed, tell: none, notify-sentry: done },
              sentry: [{ contains: "failed" }] }
            """
        )
        #expect(differences == [])
    }

    @Test func `an answer can be lost each time`() async throws {
        let differences = try await play(
            "{ event: { fixture: payment_intent.succeeded }, unsure: { tell: no answer } }",
            "{ runs: { paid: dead }, steps: { tell: unsure }, mails: 1, sentry: 1 }"
        )
        #expect(differences == [])
    }

    @Test func `the clock is turned no further than asked`() async throws {
        let given = """
            { event: { fixture: payment_intent.payment_failed }, also: [failed], for: 1h }
            """
        let differences = try await play(
            given,
            "{ runs: { failed: waiting, paid: none }, steps: { failed/update-order: waiting } }"
        )
        #expect(differences == [])
    }

    @Test func `events come in order, each as often as asked, other workflows take part`()
        async throws
    {
        let differences = try await play(
            """
            {
              events: [{ fixture: payment_intent.payment_failed },
                { fixture: payment_intent.succeeded, times: 3,
                  override: { data.object.receipt_email: new@example.com } }],
              also: [failed], rows: { orders: [{ id: other, amount: 1, currency: usd }] } }
            """,
            """
            { runs: { paid: succeeded, failed: succeeded },
              rows: { orders: [{ status: paid }, { id: other, status: pending }] },
              mails: [{ to: new@example.com }], requests: 1 }
            """
        )
        #expect(differences == [])
    }

    @Test(arguments: [
        ("{ event: { fixture: nothing.known } }", "{ runs: { paid: none } }", "no sample of"),
        ("{ events: [] }", "{ runs: { paid: none } }", "events"),
        ("{ event: { times: 1 } }", "{ runs: {} }", "needs one of fixture, file and inline"),
        (Self.paid, "{ runs: { payd: none } }", "did you mean \"paid\""),
        (Self.paid, "{ runs: { paid: done } }", "\"paid\" cannot be \"done\""),
        (Self.paid, "{ steps: { mark: done } }", "\"expect\" needs \"runs\""),
        (Self.paid, "{ runs: { paid: none }, rows: { \"a b\": [] } }", "no name of a table"),
        (Self.paid, "{ runs: { paid: none }, mail: 1 }", "no key \"mail\""),
    ])
    func `a mistake in a test has its place`(
        _ given: String,
        _ expect: String,
        _ message: String
    ) async throws {
        do {
            _ = try await play(given, expect)
            Issue.record("the test was taken")
        } catch let mistakes as Mistakes {
            #expect(mistakes.all.contains { $0.message.contains(message) }, "\(mistakes)")
            #expect(mistakes.all.allSatisfy { $0.place.file.hasSuffix("paid.test.yaml") })
        }
    }
}
