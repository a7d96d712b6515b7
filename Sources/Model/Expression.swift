/// One SQL scalar expression of a workflow, as it stands between `${{` and `}}`.
///
/// SQLite evaluates it over the event; the names in scope are the columns of ``ExpressionScope``.
package struct Expression: Sendable, Hashable {
    /// The SQL text, without the braces.
    package let sql: String
    /// Where its first character stands.
    package let place: SourcePlace

    /// Makes an expression.
    package init(_ sql: String, at place: SourcePlace) {
        self.sql = sql
        self.place = place
    }

    /// Takes where it stands and how long it is: its text is long, and looked up at each step.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(place.line)
        hasher.combine(place.column)
        hasher.combine(sql.utf8.count)
    }
}

/// What the names in an expression stand for.
///
/// Each is a column of the one row that an expression is evaluated over; objects are JSON text.
package struct ExpressionScope: Sendable {
    /// The columns in binding order; the reader of workflows and the store both use this list.
    package static let columns = [
        "event", "object", "previous", "metadata", "id", "type", "created", "livemode", "account",
        "endpoint", "steps", "vars",
    ]

    /// The whole event as Stripe sent it.
    package var event: String
    /// `event.data.object`; for a thin event its `related_object`.
    package var object: String?
    /// `event.data.previous_attributes`.
    package var previous: String?
    /// `event.data.object.metadata`, `{}` where the object has none.
    package var metadata: String
    /// The event's id.
    package var id: String
    /// The event's type.
    package var type: String
    /// When Stripe made the event, in seconds since 1970.
    package var created: Int64
    /// Whether it is of Stripe's live mode.
    package var livemode: Bool
    /// The connected account it came from.
    package var account: String?
    /// The name of the endpoint that received it.
    package var endpoint: String
    /// The outputs of the steps so far: an object keyed by step id.
    package var steps: String
    /// `vars` of the settings, a JSON object.
    package var vars: String

    /// Makes a scope.
    package init(
        event: String,
        object: String?,
        previous: String?,
        metadata: String,
        id: String,
        type: String,
        created: Int64,
        livemode: Bool,
        account: String?,
        endpoint: String,
        steps: String = "{}",
        vars: String = "{}"
    ) {
        self.event = event
        self.object = object
        self.previous = previous
        self.metadata = metadata
        self.id = id
        self.type = type
        self.created = created
        self.livemode = livemode
        self.account = account
        self.endpoint = endpoint
        self.steps = steps
        self.vars = vars
    }

    /// The value of a column of ``columns``.
    package func value(_ column: Int) -> Value {
        switch column {
        case 0: .text(event)
        case 1: .text(orNull: object)
        case 2: .text(orNull: previous)
        case 3: .text(metadata)
        case 4: .text(id)
        case 5: .text(type)
        case 6: .integer(created)
        case 7: .integer(livemode ? 1 : 0)
        case 8: .text(orNull: account)
        case 9: .text(endpoint)
        case 10: .text(steps)
        default: .text(vars)
        }
    }
}
