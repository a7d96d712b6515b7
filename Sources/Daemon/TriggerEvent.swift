package import Model

/// A sample event on its way to a door: a fixture with an id and a time of its own.
package struct TriggerEvent: Sendable {
    private var tree: TriggerJSON
    /// What the command line replaces, path and value.
    private var overrides: [(path: [String], value: TriggerJSON)] = []

    /// Takes a fixture's text.
    ///
    /// - Parameter json: A Stripe event.
    /// - Throws: ``TriggerFailure`` where it is no JSON object.
    package init(_ json: String) throws(TriggerFailure) {
        guard let tree = TriggerJSON(json), case .object = tree else {
            throw TriggerFailure("this is no JSON object, so it can't be an event")
        }
        self.tree = tree
    }

    /// Replaces a value.
    ///
    /// The path counts from the event; `object.…` is `data.object.…`, `metadata.…` is
    /// `data.object.metadata.…`, `previous.…` is `data.previous_attributes.…`, as in expressions.
    ///
    /// - Parameter override: `path=value`; a value that is JSON is taken as such, else as text.
    /// - Throws: ``TriggerFailure`` where that is no override or its path leads through a text.
    package mutating func replace(_ override: String) throws(TriggerFailure) {
        guard let equals = override.firstIndex(of: "="), equals > override.startIndex else {
            throw TriggerFailure(
                "\"\(override)\" is no override; write path=value, such as object.amount=500"
            )
        }
        let value = String(override[override.index(after: equals)...])
        let path = override[..<equals].split(separator: ".", omittingEmptySubsequences: false)
            .map(String.init)
        guard !path.contains("") else {
            throw TriggerFailure("the path \"\(override[..<equals])\" has an empty part")
        }
        let full = Self.full(path)
        let json = TriggerJSON(value) ?? .text(value)
        var trial = tree
        guard trial.set(full, to: json) else {
            throw TriggerFailure(
                "the path \"\(override[..<equals])\" leads through a value that is no object"
            )
        }
        tree = trial
        overrides.append((full, json))
    }

    /// The event's type.
    package var type: String {
        if case .text(let type)? = tree[["type"]] { type } else { "" }
    }

    /// The body to be posted.
    ///
    /// - Parameters:
    ///   - id: Its id; nil for one of its own.
    ///   - now: The moment it was made at.
    /// - Returns: One line of JSON; overrides win over id and time.
    package func body(id: String?, now: Timestamp) -> String {
        var event = tree
        let fresh = id ?? Self.freshID()
        _ = event.set(["id"], to: .text(fresh))
        _ = event.set(["created"], to: .word(String(now.seconds)))
        for override in overrides { _ = event.set(override.path, to: override.value) }
        return event.text
    }

    /// The id in a body made by ``body(id:now:)``.
    package static func id(in body: String) -> String {
        if case .text(let id)? = TriggerJSON(body)?[["id"]] { id } else { "" }
    }

    /// An id like Stripe's that nobody has yet.
    private static func freshID() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        return "evt_" + String((0..<24).map { _ in letters[Int.random(in: letters.indices)] })
    }

    private static func full(_ path: [String]) -> [String] {
        switch path.first {
        case "object": ["data"] + path
        case "metadata": ["data", "object"] + path
        case "previous": ["data", "previous_attributes"] + path.dropFirst()
        default: path
        }
    }
}
