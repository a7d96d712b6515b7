import Model
import Store

/// What the steps before a place left behind: the column `steps` of expressions.
enum StepOutputs {
    /// The outputs of a run's settled steps as one JSON object.
    ///
    /// Each step's outputs carry two more members: `outcome`, the word of `step_runs.status`, and
    /// `reason` where there is one.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - place: The step to walk next; it and those after it are left out, they may be of an
    ///     earlier walk.
    ///   - connection: Where to read.
    /// - Returns: `{"mark-paid":{"outcome":"done","changed":1}}`, say.
    /// - Throws: What SQLite says.
    static func json(
        ofRun run: Int64,
        before place: StepPosition,
        on connection: Connection
    ) throws(SQLFault) -> String {
        if place == .start { return "{}" }
        let select = try connection.statement(
            """
            SELECT step, status, outputs, reason FROM step_runs
            WHERE run_id = ?1 AND (phase = 'main' AND (?2 = 'failure' OR position < ?3)
              OR phase = 'failure' AND ?2 = 'failure' AND position < ?3)
            ORDER BY phase DESC, position
            """
        )
        defer { select.reset() }
        select.bind(1, run)
        select.bind(2, place.phase.rawValue)
        select.bind(3, Int64(place.index))
        var members: [String] = []
        while try select.step() {
            var member = JSONText.quoted(select.text(0)) + ":{\"outcome\":\"\(select.text(1))\""
            if let reason = select.optionalText(3) {
                member += ",\"reason\":" + JSONText.quoted(reason)
            }
            // The outputs are an object: its members follow, or its closing brace.
            let outputs = select.optionalText(2) ?? "{}"
            member += outputs == "{}" ? "}" : "," + outputs.dropFirst()
            members.append(member)
        }
        return "{" + members.joined(separator: ",") + "}"
    }
}
