import Model
import Store
import Workflows

extension NewRun {
    /// The run to be made for a choice, with the crashes that are counted against its event.
    init(_ id: RunID, _ choice: Chooser.Choice, crashes: Int = 0) {
        let workflow = choice.rule.workflow.name
        self.init(id: id, workflow: workflow, version: choice.rule.version, crashes: crashes)
        switch choice.verdict {
        case .runs(let key): onceKey = key
        case .skipped(let reason): skipReason = reason
        case .impossible(let reason): deadReason = reason
        }
    }
}
