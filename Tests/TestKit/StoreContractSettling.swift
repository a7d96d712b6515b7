import Model
import Store
import Testing

extension StoreContract {
    /// Writing the ends of steps.
    package static let settling: [Case] = [
        Case("an effect, its outcome and the run's end are there together") { subject in
            let run = try await subject.started("evt_1")

            let answer = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", 7), decide: StoreSubject.succeed)
            )

            guard case .step(.done(let outputs), let change) = answer else {
                throw ContractBreach("the effect was not done: \(answer)")
            }
            let detail = try #require(try subject.lists.run(run.id))
            #expect(outputs == Fields([("balance", .integer(7))]))
            #expect(change.status == .succeeded)
            #expect(try subject.balance(of: "a") == .integer(7))
            #expect(detail.row.status == .succeeded)
            #expect(detail.steps.map(\.status) == [.done])
            #expect(detail.steps.first?.outputs == "{\"balance\":7}")
            #expect(detail.steps.first?.key == "evt_1/order-paid/pay")
            #expect(detail.steps.first?.attempts == 1)
            #expect(try subject.status(ofEvent: "evt_1") == .done)
        },
        Case("the outputs of steps before are there for the next one") { subject in
            let run = try await subject.started("evt_1")

            _ = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", outcome: "skip", why: "no \"need\"")) {
                    _ in
                    RunChange(
                        status: .pending,
                        position: StepPosition(.main, 1),
                        resetsAttempts: true
                    )
                }
            )

            let next = try subject.stored(run.id)
            #expect(next.position == StepPosition(.main, 1))
            #expect(next.attempts == 0)
            #expect(
                next.steps
                    == #"{"pay":{"outcome":"skipped","reason":"no \"need\"","balance":5}}"#
            )
        },
        Case("a skip keeps what the effect wrote") { subject in
            let run = try await subject.started("evt_1")

            let answer = try await subject.settled(
                .effect(
                    subject.ref(run),
                    subject.call("a", outcome: "skip", why: "seen"),
                    decide: StoreSubject.succeed
                )
            )

            guard case .step(.skipped("seen", _), _) = answer else {
                throw ContractBreach("not skipped: \(answer)")
            }
            #expect(try subject.balance(of: "a") == .integer(5))
        },
        Case("a refusal takes the effect back and runs what the plugin wants told") { subject in
            let run = try await subject.started("evt_1")

            let answer = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", outcome: "refuse", why: "wrong amount"))
                {
                    _ in RunChange(status: .dead, position: .start, reason: "wrong amount")
                }
            )

            guard case .step(.failed(let failure), _) = answer else {
                throw ContractBreach("not failed: \(answer)")
            }
            #expect(failure == StepFailure("wrong amount", fault: .operator, isFinal: true))
            #expect(try subject.balance(of: "a") == .null)
            #expect(try subject.value("(SELECT reason FROM complaints)") == .text("wrong amount"))
            #expect(try subject.status(ofEvent: "evt_1") == .failed)
            #expect(try subject.lists.run(run.id)?.row.reason == "wrong amount")
        },
        Case("an effect that breaks a constraint fails for good and leaves nothing") { subject in
            let run = try await subject.started("evt_1")

            let answer = try await subject.settled(
                .effect(subject.ref(run), subject.call("a", -1)) { _ in
                    RunChange(status: .failed, position: StepPosition(.failure, 0))
                }
            )

            guard case .step(.failed(let failure), _) = answer else {
                throw ContractBreach("not failed: \(answer)")
            }
            #expect(failure.isFinal)
            #expect(failure.fault == .operator)
            #expect(failure.reason.contains("balance >= 0"))
            #expect(try subject.balance(of: "a") == .null)
            #expect(try subject.stored(run.id).position == StepPosition(.failure, 0))
            #expect(try subject.status(ofEvent: "evt_1") == .received)
        },
        Case("a bad effect in a batch hurts none of the others") { subject in
            var batch: [Settlement] = []
            for number in 0..<9 {
                let run = try await subject.started("evt_\(number)")
                let amount: Int64 = number == 4 ? -1 : 10
                batch.append(
                    .effect(
                        subject.ref(run),
                        subject.call("a", amount),
                        decide: StoreSubject.succeed
                    )
                )
            }

            let answers = try await subject.store.settle(batch)

            let done = answers.filter { if case .step(.done, _) = $0 { true } else { false } }
            #expect(done.count == 8)
            #expect(try subject.balance(of: "a") == .integer(80))
        },
        Case("a settlement that cannot be written hurts none of the others") { subject in
            let run = try await subject.started("evt_1")
            var foreign = subject.ref(run)
            foreign.position = StepPosition(.main, 7)

            let answers = try await subject.store.settle([
                .abandoned(RunID(99), reason: "never was"),
                .effect(foreign, subject.call("a", 3), decide: StoreSubject.succeed),
                .effect(subject.ref(run), subject.call("b", 4), decide: StoreSubject.succeed),
            ])

            guard case .failed(.refused) = answers[0], case .failed(.refused) = answers[1],
                case .step(.done, _) = answers[2]
            else { throw ContractBreach("\(answers)") }
            #expect(try subject.balance(of: "a") == .null)
            #expect(try subject.balance(of: "b") == .integer(4))
        },
        Case("a begun action leaves its run running until it has ended") { subject in
            let run = try await subject.started("evt_1")

            _ = try await subject.settled(.began(subject.ref(run, step: "mail")))
            let begun = try #require(try subject.store.interruptedRuns().first)
            let sent = StepOutcome.done(Fields([("id", .text("m1"))]))
            let change = RunChange(
                status: .succeeded,
                position: StepPosition(.main, 1),
                resetsAttempts: true
            )
            _ = try await subject.settled(.ended(subject.ref(run, step: "mail"), sent, change))

            #expect(begun.status == .running)
            #expect(begun.attempts == 1)
            #expect(try subject.store.interruptedRuns().isEmpty)
            #expect(try subject.lists.run(run.id)?.steps.first?.outputs == "{\"id\":\"m1\"}")
            #expect(try subject.status(ofEvent: "evt_1") == .done)
        },
        Case("steps that were passed are written with the one that begins, and once") { subject in
            let run = try await subject.started("evt_1")
            var ref = subject.ref(run, step: "mail")
            ref.position = StepPosition(.main, 2)
            ref.passed = ["a", "b"].enumerated().map { index, step in
                PassedStep(
                    position: StepPosition(.main, index),
                    step: step,
                    action: "tills",
                    key: "evt_1/w/\(step)",
                    reason: "if is false: 0"
                )
            }
            let end = RunChange(status: .succeeded, position: ref.position)

            _ = try await subject.settled(.began(ref))
            let begun = try #require(try subject.store.interruptedRuns().first)
            let again = try await subject.settled(.began(ref))
            _ = try await subject.settled(.ended(ref.alone, .done(Fields()), end))

            let steps = try #require(try subject.lists.run(run.id)?.steps)
            let audit = try subject.lists.auditRows(AuditFilter(action: "step.began"))
            #expect(begun.position == ref.position)
            guard case .failed(.refused(let why)) = again else {
                throw ContractBreach("the run left its first step twice: \(again)")
            }
            #expect(why.contains("no longer at step"))
            #expect(steps.map(\.status) == [.skipped, .skipped, .done])
            #expect(steps.map(\.reason) == ["if is false: 0", "if is false: 0", nil])
            #expect(audit.count == 1)
            #expect(audit.first?.entry.detail.contains(#""passed":["a","b"]"#) == true)
            #expect(try subject.status(ofEvent: "evt_1") == .done)
        },
        Case("crashes are counted, taken back, and forgiven with a settled step") { subject in
            let run = try await subject.started("evt_1")
            _ = try await subject.settled(.suspected(run.id))
            _ = try await subject.settled(.suspected(run.id))
            let suspected = try subject.stored(run.id).crashes
            for _ in 0..<3 { _ = try await subject.settled(.cleared(run.id)) }
            #expect(try subject.stored(run.id).crashes == 0)
            _ = try await subject.settled(.suspected(run.id))

            _ = try await subject.settled(
                .effect(subject.ref(run), subject.call("a")) { _ in
                    RunChange(
                        status: .pending,
                        position: StepPosition(.main, 1),
                        resetsAttempts: true
                    )
                }
            )

            #expect(suspected == 2)
            #expect(try subject.stored(run.id).crashes == 0)
        },
        Case("an abandoned run is dead and fails its event") { subject in
            let run = try await subject.started("evt_1")

            _ = try await subject.settled(.abandoned(run.id, reason: "its workflow is gone"))

            let row = try #require(try subject.lists.run(run.id)).row
            #expect(row.status == .dead)
            #expect(row.reason == "its workflow is gone")
            #expect(try subject.status(ofEvent: "evt_1") == .failed)
        },
    ]
}
