import Engine
import Model
import Testing
import Workflows

@Suite struct `Pausing before the next attempt` {
    @Test func `the bound grows by the factor and stops at the longest delay`() {
        let policy = RetryPolicy()
        let bounds = (1...7).map { Backoff.upperBound(after: $0, policy) }
        #expect(
            bounds
                == [10, 40, 160, 640, 2560, 7200, 7200].map { Duration.seconds($0) }
        )
    }

    @Test(arguments: [UInt64.min, 1, 4999, 123_456_789, .max])
    func `the pause lies between a second and the bound`(_ roll: UInt64) {
        for attempt in 1...8 {
            let pause = Backoff.delay(
                after: attempt,
                RetryPolicy(),
                retryAfter: nil,
                roll: roll
            )
            #expect(pause >= .seconds(1))
            #expect(pause <= Backoff.upperBound(after: attempt, RetryPolicy()))
        }
    }

    @Test func `two rolls give two pauses, so that runs do not come back together`() {
        let one = Backoff.delay(after: 2, RetryPolicy(), retryAfter: nil, roll: 12_345)
        let other = Backoff.delay(after: 2, RetryPolicy(), retryAfter: nil, roll: 23_456)
        #expect(one != other)
    }

    @Test func `both ends of the range can be rolled`() {
        #expect(
            Backoff.delay(after: 1, RetryPolicy(), retryAfter: nil, roll: 0) == .seconds(1)
        )
        #expect(
            Backoff.delay(after: 1, RetryPolicy(), retryAfter: nil, roll: 9000) == .seconds(10)
        )
    }

    @Test func `a policy with a tiny delay is kept to its own bound`() {
        var policy = RetryPolicy()
        policy.delay = .milliseconds(100)
        policy.factor = 1
        #expect(
            Backoff.delay(after: 3, policy, retryAfter: nil, roll: 77) == .milliseconds(100)
        )
    }
}
