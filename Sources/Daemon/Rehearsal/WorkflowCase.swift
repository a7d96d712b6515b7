package import Model

/// One case of a `NAME.test.yaml`: what is given and what must come of it.
package struct WorkflowCase: Sendable {
    /// What the case says, one sentence.
    package let name: String
    /// Where it stands.
    package let place: SourcePlace
    /// The events in the order of delivery.
    package let events: [RehearsedEvent]
    /// Rows that are there before, by table.
    package let rows: [TableRows]
    /// `vars` of the settings, a JSON object; nil for those of the settings.
    package let vars: String?
    /// Other workflows that take part.
    package let also: [String]
    /// Steps whose action fails, and why.
    package let fails: [String: String]
    /// Steps whose action's answer is lost, and what is known.
    package let unsure: [String: String]
    /// How far the clock may be turned.
    package let span: Duration
    /// Run statuses by workflow.
    package let runs: [(name: String, words: Words)]
    /// Step statuses by step id.
    package let steps: [(name: String, words: Words)]
    /// Outputs by step id; nil stands for NULL.
    package let outputs: [(step: String, values: [(name: String, value: String?)])]
    /// Tables with exactly these rows at the end.
    package let tables: [TableRows]
    /// What must have left the house, by kind.
    package let sent: [Sending: Sent]

    /// What a status must be.
    package enum Words: Sendable, Hashable {
        /// The same for all.
        case all(String)
        /// One for each, in order.
        case each([String])
    }

    /// Rows of a table; of each only the columns named, nil stands for NULL.
    package struct TableRows: Sendable {
        /// The table.
        package let table: String
        /// Column and value.
        package let rows: [[(column: String, value: String?)]]
        /// Where it stands.
        package let place: SourcePlace
    }

    /// The ways out of the house.
    package enum Sending: String, Sendable, CaseIterable {
        case mails
        case requests
        case sentry
    }

    /// What must have left the house one way.
    package enum Sent: Sendable {
        case count(Int)
        case items([SentItem])
    }

    /// One mail or request.
    package struct SentItem: Sendable {
        /// Inputs and what they must be; nil stands for NULL.
        package let inputs: [(name: String, value: String?)]
        /// The whole subject.
        package let subject: String?
        /// What the rendered text must contain.
        package let contains: [String]
    }
}
