import Model

@testable import Actions
@testable import Daemon
@testable import Stripe

/// JSON that reaches an action or comes from a file: Till's readers must agree on what JSON is.
enum JSONTarget {
    /// Runs a text through it.
    static func run(_ text: String) throws {
        let tree = JSONNode(text)
        try Broken.unless(
            skims(text) == (tree != nil),
            "one reader takes it for JSON, the other does not"
        )
        let sample = TriggerJSON(text)
        guard let tree else { return }
        try Broken.unless(
            try SQLiteJudge.shared.get().takes(text),
            "what Till takes for JSON, SQLite does not"
        )
        let again = JSONNode(tree.json)
        try Broken.unless(again == tree, "a tree written and read is another one")
        // Half a surrogate pair is U+FFFD to one reader and a mistake to the other.
        if !text.contains("\\u") {
            try Broken.unless(sample != nil, "what is JSON for an action is none for a sample")
        }
        if let sample {
            try Broken.unless(TriggerJSON(sample.text) == sample, "a sample reads differently")
            try Broken.unless(JSONNode(sample.text) == tree, "a sample is another tree")
        }
        _ = Actions.Scrubber.scrub(tree).json
        _ = TemplateValue(tree)
    }

    private static func skims(_ text: String) -> Bool {
        let bytes = text.utf8.span
        var at = 0
        do throws(JSONSkim.Problem) {
            JSONSkim.skipSpace(bytes, &at)
            try JSONSkim.skipValue(bytes, &at)
        } catch {
            return false
        }
        JSONSkim.skipSpace(bytes, &at)
        return at == bytes.count
    }
}
