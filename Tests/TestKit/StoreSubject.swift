package import Model
package import Store

/// Everything a store must be to serve Till.
package typealias WholeStore = Recording & WalkMemory & RuleMemory & WishMemory

/// The lists a store gives to people.
package typealias StoreLists = EventReading & RunReading & AuditReading

/// A fresh store under test, and the words that its tests share.
package struct StoreSubject: Sendable {
    /// The store.
    package let store: any WholeStore
    /// Its lists.
    package let lists: any StoreLists
    /// Its evaluator, which sees business tables.
    package let expressions: any ExpressionEvaluator
    /// The clock it was opened with.
    package let clock: HandClock
    /// The version that runs are pinned to, and another one of the same workflow.
    package let versions: [Int64]

    /// The one workflow of the tests.
    package static let workflow = "order-paid"

    /// The business table of the tests: a till for each name, whose balance is never negative.
    package static let schema = SQLFile(
        path: "plugins/tills/schema/v001_tills.sql",
        text: """
            CREATE TABLE tills (
              name    TEXT PRIMARY KEY,
              balance INTEGER NOT NULL CHECK (balance >= 0),
              uses    INTEGER NOT NULL DEFAULT 1
            ) STRICT;
            CREATE TABLE complaints (run_id INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
            """
    )

    /// Adds to a till, and answers with the outcome that is asked for.
    package static let effect = SQLFile(
        path: "plugins/tills/effect.sql",
        text: """
            INSERT INTO tills (name, balance) VALUES (:name, :amount)
            ON CONFLICT (name) DO UPDATE SET balance = balance + :amount, uses = uses + 1;
            SELECT balance, :outcome AS outcome, :why AS reason FROM tills WHERE name = :name;
            """
    )

    /// What is written down after a refusal.
    package static let refused = SQLFile(
        path: "plugins/tills/refused.sql",
        text: "INSERT INTO complaints (run_id, reason) VALUES (:run_id, :reason)"
    )

    /// Prepares an empty store: makes the business table and remembers two versions.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - lists: Its lists.
    ///   - expressions: Its evaluator.
    ///   - clock: The clock it was opened with.
    /// - Throws: ``StoreFailure``.
    package init(
        _ store: any WholeStore,
        lists: any StoreLists,
        expressions: any ExpressionEvaluator,
        clock: HandClock
    ) async throws {
        self.store = store
        self.lists = lists
        self.expressions = expressions
        self.clock = clock
        try await store.migrate([("tills", [StoreSubject.schema])])
        versions = try await store.remember([
            (StoreSubject.workflow, "aa", "one"), (StoreSubject.workflow, "bb", "two"),
        ])
    }

    /// A delivery of an event.
    package func delivery(_ id: String, hold: String? = nil) -> Delivery {
        Delivery(
            id: EventID(id),
            type: "payment_intent.succeeded",
            created: Timestamp(seconds: 1_759_999_000),
            livemode: false,
            account: "acct_1",
            apiVersion: "2026-01-01",
            objectID: "pi_\(id)",
            lane: "pi_\(id)",
            endpoint: "stripe",
            receivedAt: clock.now,
            hold: hold,
            body: "{\"id\":\"\(id)\",\"note\":\"naïve ☕️ \\u0000\"}"
        )
    }

    /// Records an event and gives it back as the engine sees it.
    package func recorded(_ id: String) async throws -> StoredEvent {
        _ = try await store.record(delivery(id))
        let found = try store.unchosenEvents(after: 0, limit: 10_000).first { $0.id.text == id }
        guard let found else { throw ContractBreach("event \(id) is not in the queue") }
        return found
    }

    /// Records an event and makes one pending run for it.
    package func started(_ id: String, onceKey: String? = nil) async throws -> StoredRun {
        let event = try await recorded(id)
        let run = NewRun(
            id: store.reserveRunID(),
            workflow: StoreSubject.workflow,
            version: versions[0],
            onceKey: onceKey
        )
        _ = try await settled(.chosen(event, [run]))
        return try stored(run.id)
    }

    /// A run as the store holds it.
    package func stored(_ run: RunID) throws -> StoredRun {
        guard let found = try store.runs([run]).first else {
            throw ContractBreach("run \(run) is not in the store")
        }
        return found
    }

    /// Writes one settlement and gives its answer.
    package func settled(_ settlement: Settlement) async throws -> Settled {
        let answers = try await store.settle([settlement])
        guard answers.count == 1 else { throw ContractBreach("\(answers.count) answers to one") }
        return answers[0]
    }

    /// The next attempt at the step a run stands at.
    package func ref(_ run: StoredRun, step: String = "pay") -> StepRef {
        StepRef(
            run: run.id,
            event: run.event.sequence,
            eventID: run.event.id,
            workflow: run.workflow,
            position: run.position,
            step: step,
            action: "tills",
            attempt: run.attempts + 1,
            key: "\(run.event.id)/\(run.workflow)/\(step)",
            inputs: "{\"amount\":5}",
            startedAt: clock.now
        )
    }

    /// A call of the effect of the tests.
    package func call(
        _ name: String,
        _ amount: Int64 = 5,
        outcome: String = "done",
        why: String? = nil
    ) -> EffectCall {
        EffectCall(
            effect: StoreSubject.effect,
            refused: StoreSubject.refused,
            parameters: Fields([
                ("name", .text(name)), ("amount", .integer(amount)), ("outcome", .text(outcome)),
                ("why", why.map(Value.text) ?? .null), ("run_id", .integer(1)), ("unused", .null),
            ])
        )
    }

    /// A till's balance among the committed rows; NULL where there is no such till.
    package func balance(of name: String) throws -> Value {
        try value("(SELECT balance FROM tills WHERE name = '\(name)')")
    }

    /// An expression's value over a scope that holds nothing.
    package func value(_ sql: String) throws -> Value {
        let scope = ExpressionScope(
            event: "{}",
            object: nil,
            previous: nil,
            metadata: "{}",
            id: "",
            type: "",
            created: 0,
            livemode: false,
            account: nil,
            endpoint: ""
        )
        let place = SourcePlace(file: "contract", line: 1, column: 1)
        return try expressions.values(of: [Expression(sql, at: place)], in: scope)[0]
    }

    /// The status of an event.
    package func status(ofEvent id: String) throws -> EventStatus? {
        try lists.event(EventID(id))?.row.status
    }

    /// Ends a run as succeeded, whatever the outcome.
    package static let succeed: @Sendable (StepOutcome) -> RunChange = { _ in
        RunChange(status: .succeeded, position: StepPosition(.main, 1), resetsAttempts: true)
    }
}

/// A contract's test could not even ask its question.
package struct ContractBreach: Error, CustomStringConvertible {
    package let description: String

    /// Says what is missing.
    package init(_ description: String) {
        self.description = description
    }
}
