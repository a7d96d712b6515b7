package import Model

/// A piece of YAML that knows where it stands.
///
/// Scalars are text until a schema says otherwise.
package struct Node: Sendable {
    /// What it is.
    package let content: Content
    /// Where its first character stands.
    package let place: SourcePlace

    /// The three shapes of YAML.
    package indirect enum Content: Sendable {
        case scalar(Scalar)
        case sequence([Node])
        /// Pairs in the order written; keys are plain text and occur once.
        case mapping([Pair])
    }

    /// A scalar as it was written.
    package struct Scalar: Sendable {
        /// Its text after YAML's own unquoting and folding.
        package let text: String
        /// Whether it was written without quotes; only then may `true` or `12` be more than text.
        package let isPlain: Bool
        /// Whether it is a block scalar (`|`, `>`), whose lines do not map one to one to columns.
        package let isBlock: Bool

        /// Makes a scalar.
        package init(text: String, isPlain: Bool, isBlock: Bool) {
            self.text = text
            self.isPlain = isPlain
            self.isBlock = isBlock
        }
    }

    /// One key of a mapping with its value.
    package struct Pair: Sendable {
        /// The key's text.
        package let key: String
        /// Where the key stands.
        package let keyPlace: SourcePlace
        /// What it stands for.
        package let value: Node
    }

    /// Makes a node.
    package init(_ content: Content, at place: SourcePlace) {
        self.content = content
        self.place = place
    }

    /// The scalar, or nil for a sequence or mapping.
    package var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The items, or nil for anything but a sequence.
    package var sequence: [Node]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The pairs, or nil for anything but a mapping.
    package var mapping: [Pair]? {
        if case .mapping(let pairs) = content { pairs } else { nil }
    }

    /// The value under a key, or nil where this is no mapping or has no such key.
    package subscript(key: String) -> Node? {
        mapping?.first { $0.key == key }?.value
    }

    /// Whether it is YAML's null: nothing at all, `~` or `null`, unquoted.
    package var isNull: Bool {
        guard let scalar, scalar.isPlain else { return false }
        return ["", "~", "null"].contains(scalar.text)
    }

    /// `text`, `list`, `mapping`, `nothing`: what a message calls it.
    package var kindName: String {
        switch content {
        case .scalar: isNull ? "nothing" : "text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
