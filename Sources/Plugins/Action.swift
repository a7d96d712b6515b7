package import Model

/// One of the built-in kinds of action that leave the house (`email`, `sentry`, `http`).
///
/// It lives as long as the daemon and holds what outlives a reload: connections, transports,
/// settings.
package protocol ActionKind: Sendable {
    /// Which kind it is.
    var kind: Plugin.Kind { get }
    /// How many of its actions may be under way at once.
    var concurrency: Int { get }
    /// What one attempt may take where the step names no `timeout`.
    var timeout: Duration { get }
    /// Reads and checks what a plugin folder of this kind brings (templates, say).
    ///
    /// - Parameter plugin: A plugin whose manifest names this kind.
    /// - Returns: The action that steps use until the next reload.
    /// - Throws: ``Mistakes`` with every mistake found in the folder.
    func load(_ plugin: Plugin) throws(Mistakes) -> any Action
}

/// What a step with an outward plugin performs; immutable, one per plugin and playbook.
package protocol Action: Sendable {
    /// What is wrong with a literal input, or nil.
    ///
    /// The plugin may know more than its manifest says, such as the names of its templates.
    func problem(input: String, literal: Value) -> String?
    /// Does it, once. Never throws: every end is an outcome that is stored.
    ///
    /// - Parameter call: The filled inputs and the stable key.
    /// - Returns: `done` with outputs, `failed`, or `unsure` when the peer may have acted.
    func perform(_ call: ActionCall) async -> StepOutcome
    /// What would leave the house, as text: a mail's source, a request. No effect.
    func preview(_ call: ActionCall) -> String
}

/// One attempt at one outward step.
package struct ActionCall: Sendable {
    /// The key that never changes over attempts: `event/workflow/step`, with `~n` for the
    /// n-th replay, and `+n` for a step of `on-failure` after the n-th retry by a person.
    package var key: String
    /// The event.
    package var eventID: EventID
    /// The event's type.
    package var eventType: String
    /// When Stripe made the event.
    package var eventCreated: Timestamp
    /// Which of Stripe's worlds it is of.
    package var livemode: Bool
    /// The workflow.
    package var workflow: String
    /// The step.
    package var step: String
    /// The run.
    package var run: RunID
    /// Which attempt, from 1.
    package var attempt: Int
    /// One value for every input of the manifest; secrets are in clear here.
    package var inputs: Fields
    /// What the attempt may take, all told.
    package var timeout: Duration

    /// Makes a call.
    package init(
        key: String,
        eventID: EventID,
        eventType: String,
        eventCreated: Timestamp,
        livemode: Bool,
        workflow: String,
        step: String,
        run: RunID,
        attempt: Int,
        inputs: Fields,
        timeout: Duration
    ) {
        self.key = key
        self.eventID = eventID
        self.eventType = eventType
        self.eventCreated = eventCreated
        self.livemode = livemode
        self.workflow = workflow
        self.step = step
        self.run = run
        self.attempt = attempt
        self.inputs = inputs
        self.timeout = timeout
    }
}
