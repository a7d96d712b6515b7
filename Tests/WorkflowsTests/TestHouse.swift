import Model
import Plugins
import Workflows
import YAMLTree

/// The plugins and the reader that the tests of this room share.
enum TestHouse {
    /// A mail, an order, a note with one input of each type, and an action without inputs.
    static let plugins = [
        plugin(
            "send-email",
            .email,
            [
                .init(name: "to", type: .text, required: true, description: "The recipient."),
                .init(name: "template", type: .text, required: true, description: "Its folder."),
                .init(
                    name: "locale",
                    type: .text,
                    required: false,
                    default: .text("en"),
                    description: "The language."
                ),
            ]
        ),
        plugin(
            "update-order",
            .sql,
            [
                .init(name: "order", type: .text, required: true, description: "The order's id."),
                .init(
                    name: "status",
                    type: .text,
                    required: false,
                    choices: ["pending", "paid", "failed"],
                    description: "Its new state."
                ),
                .init(
                    name: "amount",
                    type: .integer,
                    required: false,
                    unit: "minor unit",
                    description: "What it cost."
                ),
                .init(name: "email", type: .text, required: false, description: "Whose it is."),
            ]
        ),
        plugin(
            "note",
            .sentry,
            [
                .init(name: "text", type: .text, required: false, description: "What to say."),
                .init(
                    name: "level",
                    type: .text,
                    required: false,
                    default: .text("info"),
                    choices: ["info", "error"],
                    description: "How bad it is."
                ),
                .init(
                    name: "urgent",
                    type: .boolean,
                    required: false,
                    default: .integer(0),
                    description: "Whether to wake somebody."
                ),
                .init(name: "data", type: .json, required: false, description: "Anything else."),
            ]
        ),
        plugin("ping", .http, []),
    ]

    /// The reader over these plugins; it knows the secret `env:TOKEN` and one mail template.
    static let reader = WorkflowReader(
        plugins: plugins,
        checking: StubChecking(),
        secrets: .system(environment: ["TOKEN": "s3cret"], folder: "/nonexistent"),
        actionProblem: { plugin, input, literal in
            guard plugin.name == "send-email", input == "template" else { return nil }
            let known = ["order-confirmation", "payment-failed"]
            if known.contains(literal.asText) { return nil }
            return "there is no template \"\(literal.asText)\""
                + Suggestion.hint(for: literal.asText, among: known)
        }
    )

    /// Reads one workflow called `a.yaml`.
    static func read(_ text: String) throws(Mistakes) -> Workflow {
        try reader.read(SourceFile(path: "a.yaml", text: text))
    }

    private static func plugin(
        _ name: String,
        _ kind: Plugin.Kind,
        _ inputs: [Plugin.Input]
    ) -> Plugin {
        Plugin(
            name: name,
            summary: "Does \(name).",
            kind: kind,
            inputs: inputs,
            outputs: [],
            sql: kind == .sql
                ? .init(
                    migrations: [],
                    effect: SQLFile(path: "effect.sql", text: "SELECT 1"),
                    refused: nil
                ) : nil,
            folder: "plugins/\(name)",
            source: SourceFile(path: "plugin.yaml", text: ""),
            files: []
        )
    }
}
