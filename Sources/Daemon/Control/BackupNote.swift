package import Model
package import Store

/// What the audit log says of a backup that was made or restored.
package struct BackupNote: Sendable, Codable {
    /// The file.
    package var path: String
    /// Its size.
    package var bytes: Int64
    /// The last audit row in it.
    ///
    /// Source: `audit_log.seq`.
    package var auditRow: Int64
    /// Whether it was put in the database's place; nil where it was only made.
    package var isRestored: Bool?
    /// Who made it: `cli:alice`.
    package var actor: String?

    /// The action of the audit row of a backup that was made.
    package static let created = "backup.created"

    /// Makes a note.
    package init(
        path: String,
        bytes: Int64,
        auditRow: Int64,
        isRestored: Bool? = nil,
        actor: String? = nil
    ) {
        self.path = path
        self.bytes = bytes
        self.auditRow = auditRow
        self.isRestored = isRestored
        self.actor = actor
    }

    /// The audit row.
    package func entry(at now: Timestamp) -> AuditEntry {
        let fields = Fields([
            ("path", .text(String(path.prefix(500)))), ("bytes", .integer(bytes)),
            ("audit_row", .integer(auditRow)),
        ])
        return AuditEntry(
            actor: ControlWish.sound(actor),
            action: isRestored == true ? "backup.restored" : Self.created,
            detail: fields.json,
            at: now
        )
    }
}
