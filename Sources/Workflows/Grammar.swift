import Model

/// The keys of the workflow language: what the reader accepts and what editors are told.
///
/// One table for both, so that a key can't be known to one of them only.
enum Grammar {
    /// One key.
    struct Key {
        /// The word.
        let name: String
        /// What may stand there.
        let shape: Shape
        /// Whether it must be there.
        let required: Bool
        /// One or two sentences for people.
        let description: String

        /// Makes a key.
        init(_ name: String, _ shape: Shape, required: Bool = false, _ description: String) {
            self.name = name
            self.shape = shape
            self.required = required
            self.description = description
        }
    }

    /// What may stand under a key.
    enum Shape {
        case text
        case words([String])
        case integer(ClosedRange<Int>)
        case duration
        /// One SQL expression, with or without its braces.
        case condition
        /// One event pattern or a list of them.
        case patterns
        /// The name of a plugin.
        case plugin
        /// The inputs of that plugin.
        case inputs
        /// Text with at least one expression.
        case template
        case steps
        case keys([Key], called: String)
    }

    /// Bounds of `retry.attempts`.
    static let attempts = 1...100
    /// Bounds of `retry.factor`.
    static let factor = 1...100
    /// Bounds of `retry.delay` and `retry.max-delay`.
    static let delay = Duration.milliseconds(100)...Duration.seconds(7 * 86_400)
    /// Bounds of `wait.every`; the time between looks grows to ten minutes by itself.
    static let every = Duration.milliseconds(100)...Duration.seconds(600)
    /// Bounds of `wait.for`.
    static let waitLimit = Duration.seconds(1)...Duration.seconds(30 * 86_400)
    /// Bounds of `timeout`.
    static let timeout = Duration.milliseconds(100)...Duration.seconds(600)

    /// The keys of the file.
    static let workflow: [Key] = [
        Key("name", .text, "The workflow's name: the file's name without .yaml."),
        Key(
            "on",
            .patterns,
            required: true,
            "The event types it takes: one, a list, or a prefix like charge.*"
        ),
        Key(
            "mode",
            .words(Mode.allCases.map(\.rawValue)),
            "Which of Stripe's modes it takes events of. Default: any."
        ),
        Key("when", .condition, "Runs only where this SQL expression over the event is true."),
        Key(
            "once-per",
            .template,
            "A business key, such as ${{ object ->> 'id' }}: a second run with it does nothing."
        ),
        Key("steps", .steps, required: true, "What is done, in this order."),
        Key("on-failure", .steps, "Steps that run once when a run is given up."),
    ]

    /// The keys of a step.
    static let step: [Key] = [
        Key(
            "id",
            .text,
            "The step's name for later steps and records. Default: the plugin's name."
        ),
        Key("uses", .plugin, required: true, "The plugin that does it."),
        Key("if", .condition, "The step is skipped where this SQL expression is not true."),
        Key("with", .inputs, "What the plugin gets."),
        Key("retry", .keys(retry, called: "\"retry\""), "How a failed attempt is repeated."),
        Key("wait", .keys(wait, called: "\"wait\""), "How long to look for what is not there yet."),
        Key("timeout", .duration, "What one attempt may take, such as 30s."),
        Key(
            "when-unsure",
            .words(Step.WhenUnsure.allCases.map(\.rawValue)),
            "What follows when nobody knows whether the action happened. Default: retry."
        ),
        Key(
            "on-error",
            .words(Step.OnError.allCases.map(\.rawValue)),
            "What follows when the step fails for good. Default: stop."
        ),
    ]

    /// The keys of `retry`.
    static let retry: [Key] = [
        Key("attempts", .integer(attempts), "Attempts in all, the first one counted. Default: 8."),
        Key("delay", .duration, "The longest first pause. Default: 10s."),
        Key("factor", .integer(factor), "What the pause grows by each time. Default: 4."),
        Key("max-delay", .duration, "The pause never grows beyond. Default: 2h."),
    ]

    /// The keys of `wait`.
    static let wait: [Key] = [
        Key("every", .duration, "The time between looks; it doubles up to 10m. Default: 5s."),
        Key("for", .duration, "After this long the step has failed. Default: 1d."),
    ]
}
