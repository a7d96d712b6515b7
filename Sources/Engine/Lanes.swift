package import Model

/// Keeps runs about one thing apart: one at a time in each lane, the others in order of arrival.
package struct Lanes: Sendable {
    private var busy: [String: (holder: RunID, line: Line<RunID>)] = [:]
    /// How many runs wait for their lane.
    package private(set) var waiting = 0

    /// No lane is taken.
    package init() {}

    /// Takes the lane for a run, or lines it up.
    ///
    /// - Parameters:
    ///   - lane: The lane's name.
    ///   - run: The run; it must not be in the lane already.
    /// - Returns: Whether the run has the lane now.
    package mutating func enter(_ lane: String, _ run: RunID) -> Bool {
        guard busy[lane] != nil else {
            busy[lane] = (run, Line())
            return true
        }
        busy[lane]?.line.join(run)
        waiting += 1
        return false
    }

    /// Gives a lane back.
    ///
    /// - Parameters:
    ///   - lane: The lane's name.
    ///   - run: The run that had it; one that only waits stays in line and is passed over later.
    ///   - isWanted: Whether a run in line still wants to be walked.
    /// - Returns: The run that has the lane now, nil where nobody waits or the lane was not this
    ///   run's.
    package mutating func leave(
        _ lane: String,
        _ run: RunID,
        isWanted: (RunID) -> Bool
    ) -> RunID? {
        guard var entry = busy[lane], entry.holder == run else { return nil }
        busy[lane] = nil
        while let next = entry.line.next() {
            waiting -= 1
            guard isWanted(next) else { continue }
            entry.holder = next
            busy[lane] = entry
            return next
        }
        return nil
    }
}
