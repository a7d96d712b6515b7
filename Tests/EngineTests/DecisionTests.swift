import Engine
import Model
import Store
import Testing
import Workflows

@Suite struct `Deciding what becomes of a run` {
    private let now = Timestamp(milliseconds: 1_000_000)

    private func step(
        attempts: Int = 3,
        whenUnsure: Step.WhenUnsure = .retry,
        onError: Step.OnError = .stop
    ) -> Step {
        var retry = RetryPolicy()
        retry.attempts = attempts
        return Step(
            id: "s",
            uses: "p",
            retry: retry,
            whenUnsure: whenUnsure,
            onError: onError,
            place: SourcePlace(file: "f", line: 1, column: 1)
        )
    }

    private func decision(
        _ step: Step,
        at position: StepPosition = .start,
        of count: Int = 2,
        hasFailureSteps: Bool = true,
        attempt: Int = 1,
        waited: Duration? = nil
    ) -> Decision {
        Decision(
            step: step,
            position: position,
            count: count,
            hasFailureSteps: hasFailureSteps,
            attempt: attempt,
            waitingSince: waited.map { now + (.zero - $0) },
            now: now,
            roll: 0
        )
    }

    static let goodEnds: [StepOutcome] = [.done(Fields()), .skipped("nothing to do")]

    @Test(arguments: goodEnds)
    func `a good end leads to the next step`(_ outcome: StepOutcome) {
        #expect(
            decision(step()).change(after: outcome)
                == RunChange(
                    status: .pending,
                    position: StepPosition(.main, 1),
                    resetsAttempts: true
                )
        )
    }

    @Test(arguments: goodEnds)
    func `a good end of the last step is success`(_ outcome: StepOutcome) {
        let last = StepPosition(.main, 1)
        #expect(
            decision(step(), at: last).change(after: outcome)
                == RunChange(status: .succeeded, position: last)
        )
    }

    @Test(arguments: goodEnds)
    func `the end of on-failure is a dead letter`(_ outcome: StepOutcome) {
        let first = StepPosition(.failure, 0)
        let last = StepPosition(.failure, 1)
        #expect(
            decision(step(), at: first).change(after: outcome)
                == RunChange(status: .failed, position: last, resetsAttempts: true)
        )
        #expect(decision(step(), at: last).change(after: outcome).status == .dead)
    }

    @Test func `a failure is retried later, at the same step`() {
        let failure = StepFailure("mail server is busy", fault: .outside)

        let change = decision(step()).change(after: .failed(failure))

        #expect(change.status == .waiting)
        #expect(change.position == .start)
        #expect(change.dueAt == now + .seconds(1))
        #expect(!change.resetsAttempts)
        #expect(change.reason == "step s failed: mail server is busy")
    }

    @Test func `a peer that asks for more time gets it, up to a day`() {
        func due(_ wish: Duration) -> Timestamp? {
            let failure = StepFailure("slow down", fault: .outside, retryAfter: wish)
            return decision(step()).change(after: .failed(failure)).dueAt
        }
        #expect(due(.seconds(120)) == now + .seconds(120))
        #expect(due(.seconds(10_000_000)) == now + .seconds(86_400))
    }

    @Test func `the last attempt leads to on-failure`() {
        let failure = StepFailure("no", fault: .outside)
        #expect(
            decision(step(), attempt: 3).change(after: .failed(failure))
                == RunChange(
                    status: .failed,
                    position: StepPosition(.failure, 0),
                    resetsAttempts: true,
                    reason: "step s failed: no"
                )
        )
    }

    @Test func `a final failure is not retried`() {
        let failure = StepFailure("no such mailbox", fault: .outside, isFinal: true)
        #expect(decision(step()).change(after: .failed(failure)).status == .failed)
    }

    @Test func `without on-failure a failed run is dead at once`() {
        let failure = StepFailure("no", fault: .outside, isFinal: true)
        let change = decision(step(), hasFailureSteps: false).change(after: .failed(failure))
        #expect(change == RunChange(status: .dead, position: .start, reason: "step s failed: no"))
    }

    @Test func `on-error continue goes on after the last attempt, also from the last step`() {
        let failure = StepFailure("no", fault: .outside, isFinal: true)
        let lenient = step(onError: .continue)
        #expect(
            decision(lenient).change(after: .failed(failure))
                == RunChange(
                    status: .pending,
                    position: StepPosition(.main, 1),
                    resetsAttempts: true
                )
        )
        #expect(
            decision(lenient, at: StepPosition(.main, 1)).change(after: .failed(failure)).status
                == .succeeded
        )
    }

    @Test func `a failure in on-failure is retried, then the next step follows and no loop`() {
        let failure = StepFailure("no", fault: .outside)
        let first = StepPosition(.failure, 0)
        #expect(decision(step(), at: first).change(after: .failed(failure)).status == .waiting)
        #expect(
            decision(step(), at: first, attempt: 3).change(after: .failed(failure))
                == RunChange(
                    status: .failed,
                    position: StepPosition(.failure, 1),
                    resetsAttempts: true
                )
        )
        let last = StepPosition(.failure, 1)
        #expect(
            decision(step(), at: last, attempt: 3).change(after: .failed(failure)).status == .dead
        )
    }

    @Test func `a wait looks again, ever more rarely, and fails at its end`() {
        func change(_ waited: Duration?) -> RunChange {
            decision(step(), waited: waited).change(after: .wait("the order"))
        }
        #expect(change(nil).status == .waiting)
        #expect(change(nil).dueAt == now + .seconds(5))
        #expect(change(nil).reason == "step s waits for the order")
        #expect(change(.seconds(5)).dueAt == now + .seconds(10))
        #expect(change(.seconds(35)).dueAt == now + .seconds(40))
        #expect(change(.seconds(3600)).dueAt == now + .seconds(600))
        #expect(change(.seconds(86_390)).dueAt == now + .seconds(10))
        #expect(change(.seconds(86_400)).status == .failed)
        #expect(
            change(.seconds(86_400)).reason == "step s waited 1d for the order; it never came"
        )
    }

    @Test func `looks do not use up the retries of a failure that follows`() {
        let failure = StepFailure("locked", fault: .house)
        let change = decision(step(), attempt: 30, waited: .seconds(900))
            .change(after: .failed(failure))
        #expect(change.status == .waiting)
    }

    @Test func `an unsure end is retried or rests, as the step says`() {
        let retried = decision(step()).change(after: .unsure("no answer"))
        #expect(retried.status == .waiting)
        #expect(retried.reason == "step s may or may not have happened: no answer")
        let stopped = decision(step(whenUnsure: .stop)).change(after: .unsure("no answer"))
        #expect(stopped.status == .unsure)
        #expect(stopped.position == .start)
    }

    @Test func `an unsure end of the last attempt gives the run up`() {
        #expect(decision(step(), attempt: 3).change(after: .unsure("no answer")).status == .failed)
    }

    @Test func `an unsure end in on-failure never holds the run`() {
        let last = StepPosition(.failure, 1)
        let change = decision(step(whenUnsure: .stop), at: last).change(after: .unsure("?"))
        #expect(change.status == .dead)
    }
}
