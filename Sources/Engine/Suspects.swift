import Model

/// The runs that were being walked when the process crashed, each to be walked alone.
///
/// Whoever was there at the fewest crashes goes first: what a poisonous run would take down with it
/// is done before, and an innocent one is not at the head of every start that is cut short.
struct Suspects {
    /// One line for each number of crashes a run can have survived.
    private var lines = [Line<Walking>](repeating: Line(), count: Limits.crashesPerRun)

    /// Whether there is none.
    var isEmpty: Bool { lines.allSatisfy(\.isEmpty) }
    /// How many there are.
    var count: Int { lines.reduce(0) { $0 + $1.count } }

    /// Adds a run that was there at so many crashes.
    mutating func join(_ run: Walking, crashes: Int) {
        lines[min(max(crashes, 0), lines.count - 1)].join(run)
    }

    /// Takes the next one off, nil where there is none.
    mutating func next() -> Walking? {
        guard let line = lines.firstIndex(where: { !$0.isEmpty }) else { return nil }
        return lines[line].next()
    }
}
