package import Model

/// What loading workflows and plugins needs of the store.
package protocol RuleMemory: Sendable {
    /// Brings the business tables to the plugins' latest migrations, one transaction for all.
    ///
    /// Migrations already applied must be unchanged (compared by hash).
    ///
    /// - Parameter schemas: Plugin name and its migrations in rising order.
    /// - Throws: ``StoreFailure/refused(_:)`` with file and SQLite's message; nothing is changed
    ///   then.
    func migrate(_ schemas: [(plugin: String, migrations: [SQLFile])]) async throws(StoreFailure)
    /// Remembers workflow versions; the same name and hash give the same number again.
    ///
    /// - Parameter versions: Name, hash (hex SHA-256) and source text of each.
    /// - Returns: Their numbers, in order.
    /// - Throws: ``StoreFailure`` when they are not on disk.
    func remember(
        _ versions: [(name: String, hash: String, source: String)]
    ) async throws(StoreFailure) -> [Int64]
    /// The name and source of a version; nil when it never was.
    func version(_ number: Int64) throws(StoreFailure) -> (name: String, source: String)?
    /// Writes an audit row about something that is no step: start, stop, reload, a wish.
    func audit(_ entry: AuditEntry) async throws(StoreFailure)
}

/// One row to be appended to the audit log.
package struct AuditEntry: Sendable, Hashable {
    /// Who: `till`, `engine`, `cli:user`, `admin:name`.
    package var actor: String
    /// What, as one word with dots: `step.done`, `reload.applied`, `run.retried`.
    package var action: String
    /// The event it is about.
    package var event: EventID?
    /// The run it is about.
    package var run: RunID?
    /// Everything else, a JSON object; no secret, no personal data.
    package var detail: String
    /// When.
    package var at: Timestamp

    /// Makes an entry.
    package init(
        actor: String,
        action: String,
        event: EventID? = nil,
        run: RunID? = nil,
        detail: String = "{}",
        at: Timestamp
    ) {
        self.actor = actor
        self.action = action
        self.event = event
        self.run = run
        self.detail = detail
        self.at = at
    }
}

/// Checks SQL that people wrote against the tables it will meet, without touching the real
/// database.
package protocol SQLChecking: Sendable {
    /// What is wrong with an expression, or nil. The offset is in UTF-8 bytes into its text where
    /// known.
    func problem(in expression: Expression) -> SQLProblem?
    /// What is wrong with a plugin's effect: syntax, unknown tables, forbidden statements,
    /// parameters that are neither inputs nor standard ones.
    func problem(in effect: SQLFile, parameters: [String]) -> SQLProblem?
}

/// One thing wrong in a piece of SQL.
package struct SQLProblem: Sendable, Hashable {
    /// What SQLite or Till says.
    package let message: String
    /// Where, in UTF-8 bytes from the start of the text; nil where unknown.
    package let offset: Int?

    /// Makes a problem.
    package init(_ message: String, offset: Int? = nil) {
        self.message = message
        self.offset = offset
    }
}

/// What a person may wish for through the command line or the admin site.
package protocol WishMemory: Sendable {
    /// Lets a run that was given up, is unsure or waits walk again.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - version: The version to pin it to: its own, or the one in force.
    ///   - fromStart: Whether its steps are walked again from the first; its database effects stay
    ///     settled through their keys. Otherwise it goes on at the failed step.
    ///   - actor: Who asked, for the audit log.
    ///   - now: When.
    /// - Throws: ``StoreFailure/refused(_:)`` when there is no such run or its status allows no
    ///   retry.
    func retry(
        _ run: RunID,
        version: Int64,
        fromStart: Bool,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure)
    /// Lets a run begin that was given up because its guard could not be evaluated, as that was
    /// judged now.
    ///
    /// - Parameters:
    ///   - run: The run with its version, and its business key or why there is nothing to do.
    ///   - actor: Who asked, for the audit log.
    ///   - now: When.
    /// - Throws: ``StoreFailure/refused(_:)`` when it is no such run.
    func retry(judged run: NewRun, actor: String, at now: Timestamp) async throws(StoreFailure)
    /// Writes down what a person knows of the action of an *unsure* run.
    ///
    /// - Parameter resolution: What is known and what follows from it.
    /// - Throws: ``StoreFailure/refused(_:)`` when the run is not unsure at that step.
    func resolve(_ resolution: RunResolution) async throws(StoreFailure)
    /// Takes a run out of the walk for good, as *skipped*.
    ///
    /// - Parameters:
    ///   - run: A run that is pending, waiting, dead or unsure.
    ///   - reason: Why, in the person's words.
    ///   - actor: Who asked, for the audit log.
    ///   - now: When.
    /// - Throws: ``StoreFailure/refused(_:)`` when there is no such run or its status allows none.
    func cancel(
        _ run: RunID,
        because reason: String,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure)
    /// Lets a *held* event go on: it waits for its workflows as if it had just arrived.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - reason: Why, in the person's words.
    ///   - actor: Who asked, for the audit log.
    ///   - now: When.
    /// - Returns: The event's place in the order of arrival.
    /// - Throws: ``StoreFailure/refused(_:)`` when there is no such event, it is not held, or its
    ///   body was purged.
    func release(
        _ event: EventID,
        because reason: String,
        actor: String,
        at now: Timestamp
    ) async throws(StoreFailure) -> Int64
}

/// What a person knows of the action of an unsure run.
package struct RunResolution: Sendable {
    /// The step that is in doubt.
    package var step: StepRef
    /// How it ended; nil where it is to be tried again.
    package var outcome: StepOutcome?
    /// What becomes of the run.
    package var change: RunChange
    /// How the person knows, in that person's words.
    package var reason: String
    /// Who says so, for the audit log.
    package var actor: String
    /// When.
    package var now: Timestamp

    /// Makes a resolution.
    package init(
        step: StepRef,
        outcome: StepOutcome?,
        change: RunChange,
        reason: String,
        actor: String,
        now: Timestamp
    ) {
        self.step = step
        self.outcome = outcome
        self.change = change
        self.reason = reason
        self.actor = actor
        self.now = now
    }
}
