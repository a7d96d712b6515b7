import Engine
import Model

/// What the daemon goes by until the next reload: settings, rules and how they came into force.
struct InForce: Sendable {
    /// The settings; what needs a restart is as it was at the start.
    var settings: Settings
    /// The rules.
    var playbook: Playbook
    /// The last attempt to load, whether it succeeded or not.
    var lastReport: ReloadReport
    /// The last one that succeeded.
    var lastApplied: ReloadReport

    /// What the start put in force.
    init(first playbook: Playbook, _ settings: Settings, at now: Timestamp) {
        let report = ReloadReport(playbook, settings, at: now)
        self.init(settings: settings, playbook: playbook, lastReport: report, lastApplied: report)
    }

    /// What a reload put in force.
    init(
        settings: Settings,
        playbook: Playbook,
        lastReport: ReloadReport,
        lastApplied: ReloadReport
    ) {
        self.settings = settings
        self.playbook = playbook
        self.lastReport = lastReport
        self.lastApplied = lastApplied
    }
}
