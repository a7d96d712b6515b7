import ArgumentParser

/// `till audit`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Look at the audit log, and verify that nobody changed it.",
        subcommands: [
            AuditListCommand.self, AuditVerifyCommand.self, AuditCheckpointCommand.self,
        ]
    )
}
