package import Model
package import Plugins

/// Bounds how many outward attempts of each kind are under way; the others line up.
package struct Slots: Sendable {
    private var used: [Plugin.Kind: Int] = [:]
    private var lines: [Plugin.Kind: Line<RunID>] = [:]

    /// Nothing is under way.
    package init() {}

    /// Takes a slot for a run's attempt, or lines the run up.
    ///
    /// - Parameters:
    ///   - kind: The kind of action.
    ///   - limit: How many of them may be under way.
    ///   - run: The run.
    /// - Returns: Whether the attempt may begin.
    package mutating func take(_ kind: Plugin.Kind, limit: Int, for run: RunID) -> Bool {
        guard used[kind, default: 0] < max(limit, 1) else {
            lines[kind, default: Line()].join(run)
            return false
        }
        used[kind, default: 0] += 1
        return true
    }

    /// Gives a slot back.
    ///
    /// - Parameters:
    ///   - kind: The kind of action.
    ///   - isWanted: Whether a run in line still wants to be walked.
    /// - Returns: The first run in line, which should ask for the slot again.
    package mutating func free(_ kind: Plugin.Kind, isWanted: (RunID) -> Bool) -> RunID? {
        used[kind, default: 1] -= 1
        while let next = lines[kind]?.next() {
            if isWanted(next) { return next }
        }
        return nil
    }
}
