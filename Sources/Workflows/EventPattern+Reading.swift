extension EventPattern {
    /// The pattern that a person wrote, like `charge.refunded` or `charge.*`; nil for none.
    init?(_ text: String) {
        if text.hasSuffix(".*") {
            let prefix = text.dropLast(1)
            guard prefix.wholeMatch(of: /([a-z][a-z0-9_]*\.)+/) != nil else { return nil }
            self = .prefix(String(prefix))
        } else {
            // Such as v2.core.account[configuration.merchant].updated.
            let shape = /[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*(\[[a-z0-9_.]+\])?)+/
            guard text.wholeMatch(of: shape) != nil else { return nil }
            self = .type(text)
        }
    }

    /// What to say about a text that is no pattern.
    static func remedy(for text: String) -> String {
        if text.contains("*") {
            return "\"\(text)\" is no event type; a star may only be all behind the last dot, "
                + "like charge.*"
        }
        return "\"\(text)\" is no event type; write it as Stripe does, like "
            + "payment_intent.succeeded"
    }
}
