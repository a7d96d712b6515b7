import Model

@testable import Stripe

/// A signed body: what Till reads of an event must be what SQLite reads of the same text.
enum EnvelopeTarget {
    /// What an expression would see at each place, in the order of ``ours(_:)``.
    private static let question: StaticString = """
        SELECT CASE json_type(?1, '$.id') WHEN 'text' THEN ?1 ->> 'id' END,
          CASE json_type(?1, '$.type') WHEN 'text' THEN ?1 ->> 'type' END,
          json_type(?1, '$.livemode') IS 'true',
          coalesce(
            CASE json_type(?1, '$.account') WHEN 'text' THEN ?1 ->> 'account' END,
            CASE json_type(?1, '$.context') WHEN 'text' THEN ?1 ->> 'context' END),
          CASE json_type(?1, '$.api_version') WHEN 'text' THEN ?1 ->> 'api_version' END,
          json_type(?1, '$.object') IS 'text' AND ?1 ->> 'object' IS 'v2.core.event',
          json(?2), json(?3), json(?4),
          CASE json_type(?2, '$.id') WHEN 'text' THEN ?2 ->> 'id' END,
          CASE json_type(?2, '$.payment_intent') WHEN 'text' THEN ?2 ->> 'payment_intent'
            WHEN 'object' THEN CASE json_type(?2, '$.payment_intent.id')
              WHEN 'text' THEN ?2 ->> 'payment_intent' ->> 'id' END END
        """
    /// The parts of an event as SQLite finds them.
    private static let parts: StaticString = """
        SELECT
          CASE json_type(?1, '$.data') WHEN 'object' THEN
            CASE json_type(?1, '$.data.object')
              WHEN 'object' THEN ?1 -> 'data' -> 'object' END END,
          CASE json_type(?1, '$.related_object')
            WHEN 'object' THEN ?1 -> 'related_object' END,
          CASE json_type(?1, '$.data') WHEN 'object' THEN
            CASE json_type(?1, '$.data.previous_attributes')
              WHEN 'object' THEN ?1 -> 'data' -> 'previous_attributes' END END
        """
    private static let metadata: StaticString = """
        SELECT coalesce(
          CASE json_type(?1, '$.metadata') WHEN 'object' THEN ?1 -> 'metadata' END, '{}')
        """
    private static let created: StaticString = """
        SELECT ?1 ->> 'created', json_type(?1, '$.created')
        """

    /// Runs a body through it.
    static func run(_ text: String) throws {
        let event: EventEnvelope
        do throws(EnvelopeMistake) {
            event = try EventEnvelope.read(text)
        } catch {
            return
        }
        let sqlite = try SQLiteJudge.shared.get()
        try Broken.unless(try sqlite.takes(text), "what Till takes, SQLite does not")
        // SQLite before 3.45 compares names as they are spelled and ends a text at \\u0000.
        guard !text.contains("\\u") else { return }
        let found = try sqlite.row(parts, [text])
        let isThin = event.isThin
        let object = isThin ? [found[1], found[0]] : [found[0], found[1]]
        let theirs = object.first { $0 != .null } ?? .null
        let mine = [text, event.object, event.previous, event.metadata]
        let answers = try sqlite.row(question, mine)
        try compare("id", .text(event.id), answers[0])
        try compare("type", .text(event.type), answers[1])
        try compare("livemode", .integer(event.livemode ? 1 : 0), answers[2])
        try compare("account", event.account.map(Value.text) ?? .null, answers[3])
        try compare("api_version", event.apiVersion.map(Value.text) ?? .null, answers[4])
        try compare("thin", .integer(isThin ? 1 : 0), answers[5])
        try compare("object", answers[6], theirs)
        try compare("previous", answers[7], found[2])
        let below = try sqlite.row(metadata, [string(theirs) ?? "null"])
        try compare("metadata", answers[8], below[0])
        try compare("object id", event.objectID.map(Value.text) ?? .null, answers[9])
        try compare("payment", event.paymentIntent.map(Value.text) ?? .null, answers[10])
        let moment = try sqlite.row(created, [text])
        if moment[1] == .text("integer"), case .integer = moment[0] {
            try compare("created", .integer(event.created), moment[0])
        }
    }

    private static func string(_ value: Value) -> String? {
        if case .text(let text) = value { text } else { nil }
    }

    private static func compare(_ what: String, _ ours: Value, _ theirs: Value) throws(Broken) {
        try Broken.unless(ours == theirs, "\(what): Till has \(ours), SQLite \(theirs)")
    }
}
