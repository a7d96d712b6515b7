/// What is in a backup that was found good.
package struct BackupReport: Sendable, Hashable {
    /// The file.
    package let path: String
    /// Its size.
    package let bytes: Int64
    /// The version of its tables.
    ///
    /// Source: `PRAGMA user_version`.
    package let schema: Int64
    /// How many events it has.
    package let events: Int64
    /// How many runs it has.
    package let runs: Int64
    /// What its audit log has shown.
    package let audit: AuditVerdict
}
