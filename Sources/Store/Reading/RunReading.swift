package import Model

/// What lists of runs need of the store; nothing here writes.
package protocol RunReading: Sendable {
    /// Runs that fit, newest first.
    func runs(_ filter: RunFilter) throws(StoreFailure) -> [RunRow]
    /// One run with its steps; nil when there is none of that number.
    func run(_ id: RunID) throws(StoreFailure) -> RunDetail?
    /// How many runs stand where; a status without any is left out. Looks at every run.
    func runCounts() throws(StoreFailure) -> [RunStatus: Int]
}

/// Which runs a list shows.
package struct RunFilter: Sendable, Hashable {
    /// Only those that stand at one of these; empty for any.
    package var statuses: [RunStatus]
    /// Only those of that workflow.
    package var workflow: String?
    /// Only those of that event.
    package var event: EventID?
    /// Only those made at or after.
    package var since: Timestamp?
    /// Only those with a lower number: the next page.
    package var after: RunID?
    /// How many at most.
    package var limit: Int

    /// Makes a filter that lets everything through.
    package init(
        statuses: [RunStatus] = [],
        workflow: String? = nil,
        event: EventID? = nil,
        since: Timestamp? = nil,
        after: RunID? = nil,
        limit: Int = 50
    ) {
        self.statuses = statuses
        self.workflow = workflow
        self.event = event
        self.since = since
        self.after = after
        self.limit = limit
    }
}

/// One run in a list.
package struct RunRow: Sendable, Hashable {
    /// Its number.
    package let id: RunID
    /// The event it walks for.
    package let event: EventID
    /// That event's type.
    package let eventType: String
    /// The workflow's name.
    package let workflow: String
    /// The version it is pinned to.
    ///
    /// Source: `workflow_versions.id`.
    package let version: Int64
    /// That version's hash, hexadecimal.
    package let versionHash: String
    /// Which replay of the event it belongs to; 0 for the first.
    package let replay: Int
    /// Where it stands.
    package let status: RunStatus
    /// Attempts at the current step so far.
    package let attempts: Int
    /// When it is tried again, for *waiting*.
    package let dueAt: Timestamp?
    /// When it was made.
    package let createdAt: Timestamp
    /// When it last changed.
    package let updatedAt: Timestamp
    /// Why it ended or waits.
    package let reason: String?

    /// Makes a row.
    package init(
        id: RunID,
        event: EventID,
        eventType: String,
        workflow: String,
        version: Int64,
        versionHash: String,
        replay: Int,
        status: RunStatus,
        attempts: Int,
        dueAt: Timestamp?,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        reason: String?
    ) {
        self.id = id
        self.event = event
        self.eventType = eventType
        self.workflow = workflow
        self.version = version
        self.versionHash = versionHash
        self.replay = replay
        self.status = status
        self.attempts = attempts
        self.dueAt = dueAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.reason = reason
    }
}

/// One run with its steps.
package struct RunDetail: Sendable {
    /// What a list shows of it.
    package let row: RunRow
    /// The business key of `once-per`, where the workflow has one.
    package let onceKey: String?
    /// Crashes of the process while it was being walked.
    package let crashes: Int
    /// Its steps in the order they were walked.
    package let steps: [StepRow]

    /// Makes a detail.
    package init(row: RunRow, onceKey: String?, crashes: Int, steps: [StepRow]) {
        self.row = row
        self.onceKey = onceKey
        self.crashes = crashes
        self.steps = steps
    }
}

/// One step of a run as it was recorded.
package struct StepRow: Sendable, Hashable {
    /// Which step of the workflow.
    package let position: StepPosition
    /// The step's id.
    package let step: String
    /// The plugin it used.
    package let action: String
    /// Where it stands.
    package let status: StepStatus
    /// Attempts so far.
    package let attempts: Int
    /// The key that never changes over attempts.
    package let key: String
    /// What the action got, as JSON, secrets masked; nil where `if` was false.
    package let inputs: String?
    /// What it left behind, as JSON.
    package let outputs: String?
    /// Why it ended so.
    package let reason: String?
    /// When the last attempt began.
    package let startedAt: Timestamp
    /// When it ended; nil while it runs.
    package let endedAt: Timestamp?

    /// Makes a row.
    package init(
        position: StepPosition,
        step: String,
        action: String,
        status: StepStatus,
        attempts: Int,
        key: String,
        inputs: String?,
        outputs: String?,
        reason: String?,
        startedAt: Timestamp,
        endedAt: Timestamp?
    ) {
        self.position = position
        self.step = step
        self.action = action
        self.status = status
        self.attempts = attempts
        self.key = key
        self.inputs = inputs
        self.outputs = outputs
        self.reason = reason
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}
