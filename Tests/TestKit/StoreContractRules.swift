import Model
import Store
import Testing

extension StoreContract {
    /// What is on record.
    package static let auditing: [Case] = [
        Case("every end of a step is on record, with who, what and about which run") { subject in
            let run = try await subject.walkedToDeath("evt_1")
            try await subject.store.retry(
                run.id,
                version: subject.versions[0],
                fromStart: false,
                actor: "cli:ann",
                at: subject.clock.now
            )

            let rows = try subject.lists.auditRows(AuditFilter(run: run.id)).map(\.entry)
            #expect(
                Set(rows.map(\.action)) == [
                    "step.done", "step.failed", "step.began", "run.retried",
                ]
            )
            #expect(rows.count == 5)
            #expect(rows.allSatisfy { $0.event == EventID("evt_1") && $0.at == subject.clock.now })
            #expect(rows.first { $0.action == "run.retried" }?.actor == "cli:ann")
        },
        Case("what was rolled back leaves no row") { subject in
            let event = try await subject.recorded("evt_1")
            let other = try await subject.started("evt_2")
            // The second run of one workflow cannot be made, after the first was put on record.
            let runs = ["`when` is false", nil].map { reason in
                NewRun(
                    id: subject.store.reserveRunID(),
                    workflow: StoreSubject.workflow,
                    version: subject.versions[0],
                    skipReason: reason
                )
            }

            let answers = try await subject.store.settle([
                .chosen(event, runs),
                .effect(subject.ref(other), subject.call("a"), decide: StoreSubject.succeed),
            ])

            guard case .failed(.refused) = answers[0], case .step(.done, _) = answers[1] else {
                throw ContractBreach("\(answers)")
            }
            #expect(try subject.lists.auditRows(AuditFilter(event: event.id)).isEmpty)
            #expect(try subject.lists.auditRows(AuditFilter(run: other.id)).count == 1)
            #expect(try subject.store.runs(runs.map(\.id)).isEmpty)
            #expect(try subject.store.unchosenEvents(after: 0, limit: 9).map(\.id) == [event.id])
        },
        Case("a row about something that is no step keeps its words") { subject in
            let entry = AuditEntry(
                actor: "till",
                action: "reload.applied",
                detail: "{\"generation\":2}",
                at: subject.clock.now
            )

            try await subject.store.audit(entry)

            let rows = try subject.lists.auditRows(AuditFilter(action: "reload.applied"))
            #expect(rows.map(\.entry) == [entry])
        },
        Case("a peer's words are kept out of the log and beside the step") { subject in
            let run = try await subject.started("evt_1")
            let failure = StepFailure(
                "550 no such user ann@example.com",
                fault: .outside,
                isFinal: true
            )

            _ = try await subject.settled(
                .ended(
                    subject.ref(run),
                    .failed(failure),
                    RunChange(status: .dead, position: .start)
                )
            )

            let rows = try subject.lists.auditRows(AuditFilter(run: run.id)).map(\.entry)
            #expect(rows.count == 1)
            #expect(rows.allSatisfy { !$0.detail.contains("ann@example.com") })
            #expect(try subject.lists.run(run.id)?.steps.first?.reason == failure.reason)
        },
    ]

    /// Workflow versions and business tables.
    package static let rules: [Case] = [
        Case("the same name and hash give the same number again") { subject in
            let again = try await subject.store.remember([
                (StoreSubject.workflow, "bb", "two"), (StoreSubject.workflow, "cc", "three"),
                ("another", "bb", "four"),
            ])

            #expect(again[0] == subject.versions[1])
            #expect(Set(again + subject.versions).count == 4)
            let stored = try #require(try subject.store.version(again[1]))
            #expect((stored.name, stored.source) == (StoreSubject.workflow, "three"))
            #expect(try subject.store.version(4711) == nil)
        },
        Case("applied migrations are not applied again, new ones are") { subject in
            let more = SQLFile(
                path: "plugins/tills/schema/v002_note.sql",
                text: "ALTER TABLE tills ADD COLUMN note TEXT NOT NULL DEFAULT 'new';"
            )

            try await subject.store.migrate([("tills", [StoreSubject.schema])])
            try await subject.store.migrate([("tills", [StoreSubject.schema, more])])

            let run = try await subject.started("evt_1")
            _ = try await subject.settled(
                .effect(subject.ref(run), subject.call("a"), decide: StoreSubject.succeed)
            )
            #expect(try subject.value("(SELECT note FROM tills)") == .text("new"))
        },
        Case("a migration that was changed after it had been applied is refused") { subject in
            let changed = SQLFile(
                path: StoreSubject.schema.path,
                text: "CREATE TABLE other (id TEXT);"
            )

            await #expect(throws: StoreFailure.self) {
                try await subject.store.migrate([("tills", [changed])])
            }
        },
        Case("one bad migration changes nothing at all") { subject in
            let good = SQLFile(path: "a/v001_a.sql", text: "CREATE TABLE good (id TEXT) STRICT;")
            let bad = SQLFile(
                path: "b/v001_b.sql",
                text: "CREATE TABLE b (id TEXT) STRICT;\n CREATE TABEL c (id);"
            )

            let failure = await #expect(throws: StoreFailure.self) {
                try await subject.store.migrate([("a", [good]), ("b", [bad])])
            }

            #expect(failure?.description.contains("b/v001_b.sql:2:") == true)
            try await subject.store.migrate([("a", [good])])
        },
    ]
}
