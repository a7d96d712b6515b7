import Model

/// How far the store was searched for something to walk, and what must rest for a while.
struct Search {
    /// There may be events that were not read yet.
    var hasEvents = true
    /// There may be runs that were not read yet.
    var hasRuns = true
    /// The runs that were there at the start are not all read yet.
    var isFirst = true
    /// Events up to this sequence number were read.
    var events: Int64 = 0
    /// Runs up to this number were read in the search under way.
    var runs = RunID(0)
    /// When the last search for runs began.
    var lookedAt: Timestamp?
    /// When the next waiting run is due, as far as known.
    var dueAt: Timestamp?
    /// Runs that could not be settled and rest until then.
    private(set) var resting: [RunID: Timestamp] = [:]
    /// Events whose runs could not be made and that rest until then.
    private(set) var setAside: [Int64: Timestamp] = [:]

    /// How long something rests after the store refused it; Till is to go on within 5 s of the disk
    /// having room again.
    private static let rest = Duration.seconds(3)
    /// While the engine is busy it looks for due runs no more often than this.
    private static let interval = Duration.seconds(1)

    /// When the first of what rests may be tried again.
    var nextRelease: Timestamp? {
        let run = resting.values.min()
        guard let event = setAside.values.min() else { return run }
        return run.map { min($0, event) } ?? event
    }

    /// Something new may be in the store.
    mutating func begin() {
        hasEvents = true
        hasRuns = true
    }

    /// Whether it is time to look for runs.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isBusy: Whether runs are in memory; each look reads those again.
    /// - Returns: Whether to look.
    mutating func isTimeForRuns(at now: Timestamp, isBusy: Bool) -> Bool {
        if let dueAt, dueAt <= now { hasRuns = true }
        guard hasRuns else { return false }
        guard isBusy, !isFirst, runs.number == 0, let lookedAt else { return true }
        return now.since(lookedAt) >= Self.interval
    }

    /// Lets a run rest.
    mutating func rest(_ run: RunID, at now: Timestamp) {
        resting[run] = now + Self.rest
    }

    /// Lets an event rest.
    mutating func rest(event: Int64, at now: Timestamp) {
        setAside[event] = now + Self.rest
    }

    /// An event was released: where its place was passed it is read at the next look.
    mutating func takeUp(event: Int64, at now: Timestamp) {
        hasEvents = true
        if event <= events { setAside[event] = now }
    }

    /// Whether a run still rests.
    func isResting(_ run: RunID) -> Bool { resting[run] != nil }

    /// The runs that have rested; what the store holds of them may be walked again.
    mutating func restedRuns(at now: Timestamp) -> [RunID] {
        let rested = resting.filter { $0.value <= now }.keys.sorted()
        for run in rested { resting[run] = nil }
        if !rested.isEmpty { hasRuns = true }
        return rested
    }

    /// The events that have rested, to be read again.
    mutating func restedEvents(at now: Timestamp) -> [Int64] {
        let rested = setAside.filter { $0.value <= now }.keys.sorted()
        for event in rested { setAside[event] = nil }
        return rested
    }
}
