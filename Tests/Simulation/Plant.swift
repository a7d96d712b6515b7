/// A bug that is put in on purpose, to see that the simulation finds it.
///
/// None of them touches Till's sources: each is a wrapper around a protocol, or a plugin's folder
/// with other statements in it.
enum Plant: String, CaseIterable {
    /// Outward actions get another key at every attempt.
    case forgottenKey = "forgotten-key"
    /// The store forgets in a new life that an effect has happened.
    case forgottenEffect = "forgotten-effect"
    /// A refund takes back the whole of what was paid back so far, each time.
    case cumulativeRefund = "cumulative-refund"
    /// A step that is done is walked again.
    case repeatedStep = "repeated-step"
    /// A delivery is acknowledged and not written down.
    case earlyAnswer = "early-answer"
    /// A refunded order may become paid again.
    case wayBack = "way-back"
}
