package import Model
package import YAMLTree

/// One plugin folder, read and checked: what a workflow's `uses` refers to.
package struct Plugin: Sendable {
    /// The folder's name, which is what `uses` says.
    package let name: String
    /// One sentence for people; from the manifest.
    package let summary: String
    /// Which compiled-in executor performs it.
    package let kind: Kind
    /// What `with` may and must give.
    package let inputs: [Input]
    /// What it leaves behind for later steps; names only matter to people and to the editor.
    package let outputs: [Output]
    /// For `kind: sql`: what it runs.
    package let sql: SQLPart?
    /// The folder's path, for templates and messages.
    package let folder: String
    /// The manifest's file, so that later checks can point into it.
    package let source: SourceFile
    /// Every file that makes up the plugin, by path in the folder: what a version hash covers.
    package let files: [(path: String, text: String)]

    /// The executors that exist.
    package enum Kind: String, Sendable, CaseIterable {
        /// Statements in `effect.sql`, run inside settle.
        case sql
        /// A mail by SMTP.
        case email
        /// An event to a Sentry-compatible server.
        case sentry
        /// One HTTP request.
        case http
    }

    /// One input.
    package struct Input: Sendable {
        /// Its key under `with`, in kebab-case; in SQL the same with underscores (`:if_missing`).
        package let name: String
        /// What a value must be.
        package let type: ValueType
        /// Whether `with` must give it.
        package let required: Bool
        /// What holds when `with` does not give it; NULL where the manifest names none.
        package let `default`: Value
        /// The words it may be; empty for any.
        ///
        /// Only for text.
        package let choices: [String]
        /// The unit of a number, for people: `minor unit`, `s`.
        package let unit: String?
        /// One sentence for people.
        package let description: String

        /// The name of the parameter in SQL.
        package let parameter: String

        /// Makes an input.
        package init(
            name: String,
            type: ValueType,
            required: Bool,
            default: Value = .null,
            choices: [String] = [],
            unit: String? = nil,
            description: String
        ) {
            self.name = name
            parameter = name.split(separator: "-").joined(separator: "_")
            self.type = type
            self.required = required
            self.default = `default`
            self.choices = choices
            self.unit = unit
            self.description = description
        }
    }

    /// One output.
    package struct Output: Sendable {
        /// The column or field.
        package let name: String
        /// One sentence for people.
        package let description: String

        /// Makes an output.
        package init(name: String, description: String) {
            self.name = name
            self.description = description
        }
    }

    /// What an input's value may be.
    package enum ValueType: String, Sendable, CaseIterable {
        case text
        /// A whole number, 64 bits.
        case integer
        /// `true` or `false`; 1 and 0 in SQL.
        case boolean
        /// Any nesting of YAML; arrives as JSON text.
        case json
    }

    /// The part of a `kind: sql` plugin that is SQL.
    package struct SQLPart: Sendable {
        /// `schema/vNNN_*.sql` in rising order: the tables the plugin owns.
        package let migrations: [SQLFile]
        /// `effect.sql`: what settle runs.
        package let effect: SQLFile
        /// `refused.sql`, if any: what is run after an effect that answered `refuse` was undone.
        package let refused: SQLFile?

        /// Makes the part.
        package init(migrations: [SQLFile], effect: SQLFile, refused: SQLFile?) {
            self.migrations = migrations
            self.effect = effect
            self.refused = refused
        }
    }

    /// Makes a plugin.
    package init(
        name: String,
        summary: String,
        kind: Kind,
        inputs: [Input],
        outputs: [Output],
        sql: SQLPart?,
        folder: String,
        source: SourceFile,
        files: [(path: String, text: String)]
    ) {
        self.name = name
        self.summary = summary
        self.kind = kind
        self.inputs = inputs
        self.outputs = outputs
        self.sql = sql
        self.folder = folder
        self.source = source
        self.files = files
    }
}
