import Model
import YAMLTree

/// The ids of all steps of a workflow, found before the steps are read.
struct StepNames {
    /// The ids, `steps` first and `on-failure` behind them; nil where a step has none.
    let ids: [String?]
    private let mainCount: Int

    /// Whose outputs an expression may read.
    enum Visible {
        /// No step has run yet.
        case none
        /// Those before the step at that index of all.
        case before(Int)
    }

    /// Finds the ids and notes what is wrong with them.
    init(main: [Node], failure: [Node], noting mistakes: MistakeList) {
        mainCount = main.count
        var lines: [String: Int] = [:]
        ids = (main + failure).map { step in
            let written = step["id"].flatMap { $0.isNull ? nil : $0 }
            guard let node = written ?? step["uses"], let id = node.scalar?.text else { return nil }
            if written != nil, !PlainName.fits(id, signs: "_-", upTo: 64) {
                mistakes.note(
                    "\"\(id)\" is no step's id; write small letters, digits, \"-\" and \"_\"",
                    at: node.place
                )
                return nil
            }
            if let line = lines[id] {
                mistakes.note(
                    written == nil
                        ? "the id \"\(id)\", which is the plugin's name, is taken at line \(line); "
                            + "give this step an id"
                        : "the id \"\(id)\" is taken at line \(line); choose another",
                    at: node.place
                )
            } else {
                lines[id] = node.place.line
            }
            return id
        }
    }

    /// What is wrong with reading the outputs of a step there, or nil.
    func problem(reading id: String, from visible: Visible) -> String? {
        guard case .before(let index) = visible else {
            return "no step has run yet when this is judged; remove \"steps\""
        }
        let earlier = ids.prefix(index).compactMap(\.self)
        if earlier.contains(id) { return nil }
        if let later = ids.firstIndex(of: id) {
            return later == index
                ? "the step \"\(id)\" cannot read its own outputs; name an earlier step"
                : "the step \"\(id)\" comes later; only outputs of earlier steps are there"
        }
        let hint = Suggestion.hint(for: id, among: earlier)
        let known =
            earlier.isEmpty
            ? "; no step comes before" : "; before are \(earlier.joined(separator: ", "))"
        return "no step is called \"\(id)\"" + (hint.isEmpty ? known : hint)
    }
}
