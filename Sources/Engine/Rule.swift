package import Store
package import Workflows

/// A workflow together with what its steps are bound to: ready to be walked.
package struct Rule: Sendable {
    /// The workflow as it was read.
    package let workflow: Workflow
    /// The version's number.
    ///
    /// Source: `workflow_versions.id`.
    package let version: Int64
    /// The main steps, bound.
    package let steps: [StepPlan]
    /// The steps of `on-failure`, bound.
    package let onFailure: [StepPlan]

    /// Binds a workflow's steps; nil when a step uses a plugin that is not there.
    package init?(_ workflow: Workflow, version: Int64, performers: [String: Performer]) {
        var missing = false
        func bind(_ steps: [Step]) -> [StepPlan] {
            steps.compactMap { step in
                guard let performer = performers[step.uses] else {
                    missing = true
                    return nil
                }
                return StepPlan(step, performer)
            }
        }
        self.workflow = workflow
        self.version = version
        steps = bind(workflow.steps)
        onFailure = bind(workflow.onFailure)
        if missing { return nil }
    }

    /// The step at a position; nil beyond the end of its list.
    package func plan(at position: StepPosition) -> StepPlan? {
        let list = position.phase == .main ? steps : onFailure
        return list.indices.contains(position.index) ? list[position.index] : nil
    }
}
