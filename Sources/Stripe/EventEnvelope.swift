internal import Model

/// What Till reads of an event: its outer members and where its parts stand, nothing of their
/// shape.
///
/// Objects gain members and types at any time, so the rest stays text and is read by path.
/// Source: Stripe "The Event object" and "Thin events".
package struct EventEnvelope: Sendable {
    /// The event's id, `evt_…`.
    package private(set) var id = ""
    /// The event's type.
    package private(set) var type = ""
    /// When Stripe made it, in seconds since 1970.
    package private(set) var created: Int64 = 0
    /// Which of Stripe's worlds it is of.
    package private(set) var livemode = false
    /// The connected account (`account`, for thin events `context`).
    package var account: String? { ownAccount ?? context }
    /// The API version that shaped the body.
    package private(set) var apiVersion: String?
    /// The id of `data.object`, for a thin event of `related_object`.
    package var objectID: String? { part?.id }
    /// The payment that `data.object` belongs to.
    package var paymentIntent: String? { part?.payment }
    /// Whether it is a thin event: `"object": "v2.core.event"`.
    package private(set) var isThin = false

    private var body: String
    private var ownAccount: String?
    private var context: String?
    private var previousRange: Range<Int>?
    private var dataObject: Part?
    private var relatedObject: Part?

    /// What an event is about.
    private struct Part {
        var range = 0..<0
        var id: String?
        var payment: String?
        var metadata: Range<Int>?
    }

    private var part: Part? {
        isThin ? relatedObject ?? dataObject : dataObject ?? relatedObject
    }

    /// What must not happen at the same time: the payment, else the object, else the event itself.
    package var lane: String { paymentIntent ?? objectID ?? id }

    /// The text of `data.object`, for a thin event of `related_object`.
    package var object: String? { text(part?.range) }

    /// The text of `data.previous_attributes`.
    package var previous: String? { text(previousRange) }

    /// The text of `data.object.metadata`; `{}` where there is none.
    package var metadata: String { text(part?.metadata) ?? "{}" }

    /// Reads an event's outer members in one pass over the text.
    ///
    /// - Parameter body: The body as it arrived.
    /// - Returns: The envelope.
    /// - Throws: ``EnvelopeMistake`` where it is no JSON object or lacks id, type or created.
    package static func read(_ body: String) throws(EnvelopeMistake) -> EventEnvelope {
        var envelope = EventEnvelope(body: body)
        do {
            try envelope.skim(body.utf8.span)
        } catch {
            throw .notJSON(reason: error.reason, offset: error.offset)
        }
        for (name, value) in [("id", envelope.id), ("type", envelope.type)] where value.isEmpty {
            throw .missing(name)
        }
        guard envelope.id.utf8.count <= 255, envelope.type.utf8.count <= 255 else {
            throw .tooLong
        }
        return envelope
    }

    private init(body: String) {
        self.body = body
    }

    private func text(_ range: Range<Int>?) -> String? {
        guard let range else { return nil }
        let start = body.utf8.index(body.utf8.startIndex, offsetBy: range.lowerBound)
        let end = body.utf8.index(body.utf8.startIndex, offsetBy: range.upperBound)
        return String(body[start..<end])
    }

    private mutating func skim(_ bytes: Span<UInt8>) throws(JSONSkim.Problem) {
        var at = 0
        JSONSkim.skipSpace(bytes, &at)
        guard at < bytes.count, bytes[at] == UInt8(ascii: "{") else {
            throw JSONSkim.Problem(reason: "an object is expected", offset: at)
        }
        var seen = Seen()
        try JSONSkim.members(bytes, &at, depth: 0) {
            (start, end, at: inout Int) throws(JSONSkim.Problem) in
            let value = at
            let isObject = bytes[min(at, bytes.count - 1)] == UInt8(ascii: "{")
            if JSONSkim.equals(bytes, start, end, "data"), seen.first(.data), isObject {
                try skimData(bytes, &at)
            } else if JSONSkim.equals(bytes, start, end, "related_object"), seen.first(.related),
                isObject
            {
                relatedObject = try skimObject(bytes, &at)
            } else {
                try JSONSkim.skipValue(bytes, &at, depth: 1)
                readMember(bytes, start..<end, value..<at, &seen)
            }
        }
        JSONSkim.skipSpace(bytes, &at)
        guard at == bytes.count else {
            throw JSONSkim.Problem(reason: "something follows the object", offset: at)
        }
    }

    private mutating func skimData(
        _ bytes: Span<UInt8>,
        _ at: inout Int
    ) throws(JSONSkim.Problem) {
        var seen = Seen()
        try JSONSkim.members(bytes, &at, depth: 1) {
            (start, end, at: inout Int) throws(JSONSkim.Problem) in
            let isObject = bytes[min(at, bytes.count - 1)] == UInt8(ascii: "{")
            let value = at
            if JSONSkim.equals(bytes, start, end, "object"), seen.first(.object), isObject {
                dataObject = try skimObject(bytes, &at)
            } else {
                try JSONSkim.skipValue(bytes, &at, depth: 2)
                if JSONSkim.equals(bytes, start, end, "previous_attributes"),
                    seen.first(.previous), isObject
                {
                    previousRange = value..<at
                }
            }
        }
    }

    private func skimObject(
        _ bytes: Span<UInt8>,
        _ at: inout Int
    ) throws(JSONSkim.Problem) -> Part {
        let first = at
        var part = Part()
        var seen = Seen()
        try JSONSkim.members(bytes, &at, depth: 2) {
            (start, end, at: inout Int) throws(JSONSkim.Problem) in
            let value = at
            let opener = bytes[min(at, bytes.count - 1)]
            if opener == UInt8(ascii: "{"), JSONSkim.equals(bytes, start, end, "payment_intent"),
                seen.first(.payment)
            {
                part.payment = try expandedID(bytes, &at)
                return
            }
            try JSONSkim.skipValue(bytes, &at, depth: 3)
            if JSONSkim.equals(bytes, start, end, "id"), seen.first(.id) {
                part.id = string(bytes, value..<at)
            } else if JSONSkim.equals(bytes, start, end, "payment_intent"), seen.first(.payment) {
                part.payment = string(bytes, value..<at)
            } else if JSONSkim.equals(bytes, start, end, "metadata"), seen.first(.metadata),
                opener == UInt8(ascii: "{")
            {
                part.metadata = value..<at
            }
        }
        part.range = first..<at
        return part
    }

    /// The id of an object that stands where usually an id does (Stripe "Expanding responses").
    private func expandedID(
        _ bytes: Span<UInt8>,
        _ at: inout Int
    ) throws(JSONSkim.Problem) -> String? {
        var id: String?
        var seen = Seen()
        try JSONSkim.members(bytes, &at, depth: 3) {
            (start, end, at: inout Int) throws(JSONSkim.Problem) in
            let value = at
            try JSONSkim.skipValue(bytes, &at, depth: 4)
            if JSONSkim.equals(bytes, start, end, "id"), seen.first(.id) {
                id = string(bytes, value..<at)
            }
        }
        return id
    }

    private mutating func readMember(
        _ bytes: Span<UInt8>,
        _ key: Range<Int>,
        _ value: Range<Int>,
        _ seen: inout Seen
    ) {
        func named(_ word: StaticString, _ member: Seen) -> Bool {
            JSONSkim.equals(bytes, key.lowerBound, key.upperBound, word) && seen.first(member)
        }
        if named("id", .id) {
            id = string(bytes, value) ?? ""
        } else if named("type", .type) {
            type = string(bytes, value) ?? ""
        } else if named("created", .created) {
            created = moment(bytes, value)
        } else if named("livemode", .livemode) {
            livemode = bytes[value.lowerBound] == UInt8(ascii: "t")
        } else if named("account", .account) {
            ownAccount = string(bytes, value)
        } else if named("context", .context) {
            context = string(bytes, value)
        } else if named("api_version", .version) {
            apiVersion = string(bytes, value)
        } else if named("object", .object) {
            isThin = string(bytes, value) == "v2.core.event"
        }
    }

    /// The text of a string value, escapes resolved; nil for any other value.
    private func string(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
        guard bytes[range.lowerBound] == UInt8(ascii: "\""),
            let inside = text(range.lowerBound + 1..<range.upperBound - 1)
        else { return nil }
        return inside.utf8.contains(UInt8(ascii: "\\")) ? JSONEscapes.resolved(inside) : inside
    }

    /// Seconds since 1970 from a number, or from the text that thin events carry.
    private func moment(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64 {
        if let text = string(bytes, range) { return RFC3339.seconds(text) ?? 0 }
        return text(range).flatMap { Int64($0) } ?? 0
    }
}

/// Which members were met already, so that only the first of a name counts.
private struct Seen: OptionSet {
    let rawValue: UInt16

    static let id = Seen(rawValue: 1)
    static let type = Seen(rawValue: 2)
    static let created = Seen(rawValue: 4)
    static let livemode = Seen(rawValue: 8)
    static let account = Seen(rawValue: 16)
    static let context = Seen(rawValue: 32)
    static let version = Seen(rawValue: 64)
    static let object = Seen(rawValue: 128)
    static let data = Seen(rawValue: 256)
    static let related = Seen(rawValue: 512)
    static let previous = Seen(rawValue: 1024)
    static let payment = Seen(rawValue: 2048)
    static let metadata = Seen(rawValue: 4096)

    /// Notes a member and says whether it is the first of its name.
    mutating func first(_ member: Seen) -> Bool {
        guard !contains(member) else { return false }
        formUnion(member)
        return true
    }
}
