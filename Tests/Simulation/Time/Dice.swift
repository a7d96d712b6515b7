import Synchronization

/// Random numbers that all follow from one seed.
///
/// Source: SplitMix64, Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators".
final class Dice: Sendable {
    private let state: Mutex<UInt64>

    /// Begins with a seed; the same seed gives the same numbers.
    init(seed: UInt64) {
        state = Mutex(seed)
    }

    /// The next number, the whole range of it.
    func roll() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// Dice of their own, so that one part's throws do not move another's.
    func split() -> Dice { Dice(seed: roll()) }

    /// A number from 0 up to, and without, the bound.
    func below(_ bound: Int) -> Int { Int(roll() % UInt64(max(bound, 1))) }

    /// A number of the range.
    func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(roll() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// Whether something happens that happens so often in a hundred.
    func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// A span of that many milliseconds.
    func span(_ milliseconds: ClosedRange<Int64>) -> Duration {
        .milliseconds(number(milliseconds))
    }
}
