package import Model
package import YAMLTree

/// One workflow file, read and checked.
package struct Workflow: Sendable {
    /// Its name, which is the file's name without `.yaml`.
    package let name: String
    /// The file it was read from.
    package let source: SourceFile
    /// The event types it takes.
    package let on: [EventPattern]
    /// Which of Stripe's worlds it takes.
    package let mode: Mode
    /// Runs only where this is true.
    package let when: Expression?
    /// A business key: a second run with the same value is a recorded no-op.
    package let oncePer: Template?
    /// The ordered steps.
    package let steps: [Step]
    /// Walked once, in order, when a run is given up.
    package let onFailure: [Step]

    /// Makes a workflow.
    package init(
        name: String,
        source: SourceFile,
        on: [EventPattern],
        mode: Mode,
        when: Expression?,
        oncePer: Template?,
        steps: [Step],
        onFailure: [Step]
    ) {
        self.name = name
        self.source = source
        self.on = on
        self.mode = mode
        self.when = when
        self.oncePer = oncePer
        self.steps = steps
        self.onFailure = onFailure
    }

    /// Whether an event of that type is one of those in `on`.
    package func takes(type: String) -> Bool {
        on.contains { $0.matches(type) }
    }
}

/// What `on` names: one event type, or all below a prefix (`charge.*`).
package enum EventPattern: Sendable, Hashable {
    case type(String)
    /// The part before the star, with its dot: `charge.`
    case prefix(String)

    /// The pattern as a person writes it.
    package var text: String {
        switch self {
        case .type(let exact): exact
        case .prefix(let prefix): prefix + "*"
        }
    }

    /// Whether an event type fits.
    package func matches(_ type: String) -> Bool {
        switch self {
        case .type(let exact): type == exact
        case .prefix(let prefix): type.hasPrefix(prefix)
        }
    }
}

/// One step of a workflow.
package struct Step: Sendable {
    /// Its id, unique in the workflow over `steps` and `on-failure`.
    package let id: String
    /// The plugin it uses.
    package let uses: String
    /// Walked only where this is true.
    package let condition: Expression?
    /// What the plugin gets: for every input of the plugin one template, defaults filled in.
    package let with: [(input: String, template: Template)]
    /// When and how often a failed attempt is repeated.
    package let retry: RetryPolicy
    /// How long to look again for what is not there yet.
    package let wait: WaitPolicy
    /// What one attempt of an outward action may take; nil for the kind's own limit.
    package let timeout: Duration?
    /// What follows when it is unknown whether an outward action happened.
    package let whenUnsure: WhenUnsure
    /// What follows when the step fails for good.
    package let onError: OnError
    /// Where the step begins in the file.
    package let place: SourcePlace

    /// What follows an unknown end of an outward action.
    package enum WhenUnsure: String, Sendable, CaseIterable { case retry, stop }
    /// What follows a failure for good.
    package enum OnError: String, Sendable, CaseIterable {
        case stop
        case `continue`
    }

    /// Makes a step.
    package init(
        id: String,
        uses: String,
        condition: Expression? = nil,
        with: [(input: String, template: Template)] = [],
        retry: RetryPolicy = RetryPolicy(),
        wait: WaitPolicy = WaitPolicy(),
        timeout: Duration? = nil,
        whenUnsure: WhenUnsure = .retry,
        onError: OnError = .stop,
        place: SourcePlace
    ) {
        self.id = id
        self.uses = uses
        self.condition = condition
        self.with = with
        self.retry = retry
        self.wait = wait
        self.timeout = timeout
        self.whenUnsure = whenUnsure
        self.onError = onError
        self.place = place
    }
}

/// `retry:` of a step: exponential back-off with full jitter.
package struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all, the first one counted.
    package var attempts = 8
    /// The upper bound of the first wait.
    package var delay = Duration.seconds(10)
    /// What the bound grows by each time.
    package var factor = 4
    /// The bound never grows beyond.
    package var maxDelay = Duration.seconds(2 * 3600)

    /// The defaults.
    package init() {}
}

/// `wait:` of a step: how to look again when an action answers that something is not there yet.
package struct WaitPolicy: Sendable, Hashable {
    /// The time between looks; doubles each time up to ten minutes.
    package var every = Duration.seconds(5)
    /// After this long the wait has failed.
    package var limit = Duration.seconds(24 * 3600)

    /// The defaults.
    package init() {}
}

/// A value under `with`: literal, expression, text around expressions, or nested YAML.
package indirect enum Template: Sendable {
    /// What was written, typed by the plugin's schema.
    case literal(Value)
    /// Exactly one `${{ }}`: the expression's value with its SQL type.
    case expression(Expression)
    /// Text with expressions or secrets inside: each inserted as text.
    case text([Part])
    /// A mapping, rendered as a JSON object.
    case object([(key: String, value: Template)])
    /// A list, rendered as a JSON array.
    case array([Template])

    /// A piece of a text.
    package enum Part: Sendable {
        case literal(String)
        case expression(Expression)
        /// `${env:NAME}` or `${file:path}`: resolved when the workflow was read; masked on record.
        case secret(reference: String, Secret)
    }

    /// Every expression inside, in reading order: the order in which the store's answers come.
    package var expressions: [Expression] {
        switch self {
        case .literal: []
        case .expression(let expression): [expression]
        case .text(let parts):
            parts.compactMap {
                if case .expression(let expression) = $0 { expression } else { nil }
            }
        case .object(let pairs): pairs.flatMap(\.value.expressions)
        case .array(let items): items.flatMap(\.expressions)
        }
    }
}
