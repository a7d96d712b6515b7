import Model
import Plugins

/// One event for Sentry; the same call gives the same bytes at every attempt.
struct SentryEvent {
    /// What is reported and about which step.
    let call: ActionCall
    /// What the settings call this installation; nil to tell live from test only.
    let environment: String?

    /// Sentry's id of it.
    var id: String { StableKey.hash(of: call.key) }

    /// The envelope: its header, the item's header, the event; one line each.
    ///
    /// - Parameter dsn: The DSN as it should stand in the header.
    /// - Returns: The lines.
    func envelope(dsn: String) -> String {
        let event = body.json
        let header = JSONNode.object([
            JSONNode.Pair("event_id", .text(id)), JSONNode.Pair("dsn", .text(dsn)),
        ])
        return "\(header.json)\n"
            + "{\"type\":\"event\",\"content_type\":\"application/json\","
            + "\"length\":\(event.utf8.count)}\n\(event)\n"
    }

    /// The event itself, without secrets and personal data.
    private var body: JSONNode {
        let message = Scrubber.scrub(call.inputs.text("message") ?? "")
        return .object([
            JSONNode.Pair("event_id", .text(id)),
            // The time of what happened, not of sending: an attempt must not differ from another.
            JSONNode.Pair("timestamp", .number(String(call.eventCreated.seconds))),
            JSONNode.Pair("platform", .text("other")),
            JSONNode.Pair("logger", .text("till")),
            JSONNode.Pair("level", .text(call.inputs.text("level") ?? "error")),
            JSONNode.Pair("environment", .text(environment ?? (call.livemode ? "live" : "test"))),
            JSONNode.Pair("message", .text(String(message.prefix(8000)))),
            JSONNode.Pair("fingerprint", fingerprint),
            JSONNode.Pair("tags", tags),
            JSONNode.Pair("extra", extra),
        ])
    }

    private var fingerprint: JSONNode {
        let given = tree("fingerprint")?.items?.compactMap(\.scalarText) ?? []
        let texts = given.isEmpty ? ["till", call.workflow, call.step] : given
        return .array(texts.map { .text(Scrubber.scrub($0)) })
    }

    private var tags: JSONNode {
        let ours = [
            ("workflow", call.workflow), ("step", call.step), ("event_type", call.eventType),
            ("livemode", String(call.livemode)),
        ].map { JSONNode.Pair($0, .text($1)) }
        let given = tree("tags").map(Scrubber.scrub)?.pairs ?? []
        let texts = given.compactMap { pair in
            pair.value.scalarText.map {
                JSONNode.Pair(String(pair.key.prefix(200)), .text(String($0.prefix(200))))
            }
        }
        let names = Set(texts.map(\.key))
        return .object(ours.filter { !names.contains($0.key) } + texts)
    }

    private var extra: JSONNode {
        let ours = [("event", call.eventID.text), ("run", String(call.run.number))]
            .map { JSONNode.Pair($0, .text($1)) }
        let given = tree("extra").map(Scrubber.scrub)
        guard let given, let pairs = given.pairs else {
            return .object(ours + (given.map { [JSONNode.Pair("extra", $0)] } ?? []))
        }
        let names = Set(pairs.map(\.key))
        return .object(ours.filter { !names.contains($0.key) } + pairs)
    }

    /// A json input; text is read as JSON where it is some.
    private func tree(_ name: String) -> JSONNode? {
        guard let value = call.inputs[name], value != .null else { return nil }
        let tree = JSONNode(value)
        guard case .text(let text) = tree else { return tree }
        return JSONNode(text) ?? tree
    }
}
