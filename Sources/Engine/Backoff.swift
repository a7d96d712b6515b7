package import Workflows

/// When to try again: exponential with full jitter, never sooner than a second.
///
/// Source: "Exponential Backoff And Jitter", the full-jitter variant: many runs that failed
/// together must not come back together.
package enum Backoff {
    /// The shortest wait there is, so that a policy with tiny delays cannot spin.
    package static let minimum = Duration.seconds(1)
    /// The longest wait a peer may ask for; beyond it the answer is taken for a mistake.
    package static let longestRequest = Duration.seconds(86_400)
    /// The interval between looks for something that is not there yet never grows beyond this.
    package static let longestLook = Duration.seconds(600)

    /// The wait after a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1.
    ///   - policy: The step's policy.
    ///   - retryAfter: What the peer asked for.
    ///   - roll: A random number, the whole range of it.
    /// - Returns: A time from the minimum to the policy's bound, or what the peer asked for if
    ///   longer.
    package static func delay(
        after attempt: Int,
        _ policy: RetryPolicy,
        retryAfter: Duration?,
        roll: UInt64
    ) -> Duration {
        let bound = max(milliseconds(upperBound(after: attempt, policy)), 1)
        let floor = min(milliseconds(minimum), bound)
        let jittered = floor + Int64(roll % UInt64(bound - floor + 1))
        return max(.milliseconds(jittered), min(retryAfter ?? .zero, longestRequest))
    }

    /// The upper bound of that wait: the delay grown by its factor, up to the longest one.
    package static func upperBound(after attempt: Int, _ policy: RetryPolicy) -> Duration {
        var bound = policy.delay
        for _ in 1..<max(attempt, 1) where bound < policy.maxDelay {
            bound *= policy.factor
        }
        return min(bound, policy.maxDelay)
    }

    /// The time until the next look for something that is not there yet: it doubles each time.
    ///
    /// - Parameters:
    ///   - waited: How long it has been looked for already.
    ///   - policy: The step's policy.
    /// - Returns: The time, never beyond the policy's end; nil when that is reached.
    package static func nextLook(after waited: Duration, _ policy: WaitPolicy) -> Duration? {
        guard waited < policy.limit else { return nil }
        let grown = min(waited + policy.every, max(policy.every, longestLook))
        return max(min(grown, policy.limit - waited), .milliseconds(1))
    }

    private static func milliseconds(_ span: Duration) -> Int64 {
        let parts = span.components
        return parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
    }
}
