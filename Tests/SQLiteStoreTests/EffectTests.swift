import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `Effects that misbehave` {
    private let fixture = SQLiteFixture()

    private static let schema = SQLFile(
        path: "traps/schema/v001_traps.sql",
        text: """
            CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE children (
              id INTEGER PRIMARY KEY,
              parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED
            ) STRICT;
            CREATE TABLE bombs (id INTEGER PRIMARY KEY) STRICT;
            CREATE TRIGGER boom BEFORE INSERT ON bombs WHEN NEW.id = 13
            BEGIN SELECT RAISE(ROLLBACK, 'everything must go'); END;
            CREATE TRIGGER bang BEFORE INSERT ON bombs WHEN NEW.id = 14
            BEGIN SELECT RAISE(ABORT, 'only this must go'); END;
            """
    )

    /// Settles a good effect, the effect of that text, a choosing and another good effect together.
    private func settle(
        _ text: String,
        _ subject: StoreSubject
    ) async throws -> (bad: StepFailure?, balance: Value, others: Int) {
        let first = try await subject.started("evt_1")
        let second = try await subject.started("evt_2")
        let third = try await subject.started("evt_3")
        let event = try await subject.recorded("evt_4")
        let call = EffectCall(
            effect: SQLFile(path: "traps/effect.sql", text: text),
            refused: nil,
            parameters: Fields()
        )
        let answers = try await subject.store.settle([
            .effect(subject.ref(first), subject.call("a", 1), decide: StoreSubject.succeed),
            .effect(subject.ref(second), call) { _ in RunChange(status: .dead, position: .start) },
            .chosen(event, []),
            .effect(subject.ref(third), subject.call("a", 2), decide: StoreSubject.succeed),
        ])
        var failure: StepFailure?
        if case .step(.failed(let found), _) = answers[1] { failure = found }
        let done = answers.count {
            switch $0 {
            case .step(.done, _), .written: true
            default: false
            }
        }
        return (failure, try subject.balance(of: "a"), done)
    }

    @Test(arguments: [
        ("INSERT INTO bombs VALUES (13)", "everything must go", true),
        ("INSERT INTO bombs VALUES (14)", "only this must go", true),
        ("INSERT INTO bombs VALUES (1); INSERT OR ROLLBACK INTO bombs VALUES (1)", "UNIQUE", true),
        (
            "INSERT INTO bombs VALUES (1), (2); INSERT OR FAIL INTO bombs VALUES (3), (1)",
            "UNIQUE", true
        ),
        ("INSERT INTO children (parent) VALUES (4711)", "FOREIGN KEY", true),
        ("INSERT INTO bombs VALUES ('x')", "datatype mismatch", true),
        ("SELECT x'00' AS blob", "column blob: the value is a BLOB", true),
        ("SELECT 'maybe' AS outcome", "\"maybe\"", true),
        ("SELECT :nothing", ":nothing has no value", true),
        ("SELECT * FROM gone", "no such table: gone", false),
        ("DELETE FROM webhook_events", "belongs to Till", false),
        ("COMMIT", "only SELECT", false),
    ])
    func `hurt only themselves`(text: String, reason: String, isFinal: Bool) async throws {
        let subject = try await fixture.subject()
        try await subject.store.migrate([("traps", [Self.schema])])

        let (bad, balance, others) = try await settle(text, subject)

        #expect(bad?.reason.contains(reason) == true, "\(bad?.reason ?? "no failure")")
        #expect(bad?.isFinal == isFinal)
        #expect(bad?.fault == .operator)
        #expect(balance == .integer(3))
        #expect(others == 3)
        #expect(try subject.value("(SELECT count(*) FROM bombs)") == .integer(0))
        #expect(try subject.value("(SELECT count(*) FROM children)") == .integer(0))
        #expect(try subject.status(ofEvent: "evt_2") == .failed)
        #expect(try AuditVerifier.verify(databasePath: fixture.path).firstBad == nil)
    }

    @Test(arguments: [
        """
        INSERT INTO bombs
        WITH RECURSIVE n(x) AS (SELECT 20 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n
        """,
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
    ])
    func `are cut off after their time and may be tried again`(text: String) async throws {
        let subject = try await fixture.subject()
        try await subject.store.migrate([("traps", [Self.schema])])

        let (bad, balance, others) = try await settle(text, subject)

        #expect(bad?.reason.contains("took longer") == true, "\(bad?.reason ?? "no failure")")
        #expect(bad?.isFinal == false)
        #expect(balance == .integer(3))
        #expect(others == 3)
        #expect(try subject.value("(SELECT count(*) FROM bombs)") == .integer(0))
    }

    @Test func `a recorded outcome comes back with the types it had`() async throws {
        let subject = try await fixture.subject()
        let run = try await subject.started("evt_1")
        let text = "SELECT 1 AS i, 1.5 AS r, 'x\"y' AS t, NULL AS n, '[1]' AS j, '1' AS digit"
        let call = EffectCall(
            effect: SQLFile(path: "e.sql", text: text),
            refused: nil,
            parameters: Fields()
        )
        let stay: @Sendable (StepOutcome) -> RunChange = { _ in
            RunChange(status: .pending, position: .start)
        }

        let first = try await subject.settled(.effect(subject.ref(run), call, decide: stay))
        let again = try await subject.settled(.effect(subject.ref(run), call, decide: stay))

        guard case .step(.done(let one), _) = first, case .step(.done(let other), _) = again else {
            throw ContractBreach("\(first), \(again)")
        }
        #expect(one == other)
        #expect(
            one.pairs.map(\.value) == [
                .integer(1), .real(1.5), .text("x\"y"), .null, .text("[1]"), .text("1"),
            ]
        )
    }
}
