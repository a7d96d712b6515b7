import Store

/// The core tables, version by version.
enum CoreSchema {
    /// The text of each version's file, the first at 0; a file never changes after a release.
    static let versions = [
        PackageResources.v001_core_sql, PackageResources.v002_retries_sql,
        PackageResources.v003_event_crashes_sql, PackageResources.v004_plain_checks_sql,
        PackageResources.v005_keys_by_run_sql,
    ]

    /// Marks the file as Till's in its header: "TILL".
    static let applicationID: Int64 = 0x5449_4C4C

    /// Brings a database to the newest version; nothing is changed when anything fails.
    ///
    /// - Parameters:
    ///   - connection: One that writes.
    ///   - path: The file, for messages.
    /// - Throws: ``OpeningFailure`` for a foreign or newer file, or a disk that fails.
    static func apply(to connection: Connection, path: String) throws(OpeningFailure) {
        do {
            let known = Int64(versions.count)
            let found = try connection.number("PRAGMA user_version") ?? 0
            let mark = try connection.number("PRAGMA application_id") ?? 0
            guard found <= known || mark != applicationID else {
                throw OpeningFailure.newer(path: path, found: found, known: known)
            }
            let tables = try connection.number("SELECT count(*) FROM sqlite_schema") ?? 0
            guard mark == applicationID || (tables == 0 && found == 0) else {
                throw OpeningFailure.foreign(path: path)
            }
            guard found < known else { return }
            // A table that others refer to can only be replaced without; not inside a transaction.
            try connection.execute("PRAGMA foreign_keys = OFF")
            // A plugin's view or trigger may name a table that is made anew.
            try connection.execute("PRAGMA legacy_alter_table = ON")
            try connection.execute("BEGIN IMMEDIATE")
            for version in versions[Int(found)...] {
                try connection.execute(String(decoding: version, as: UTF8.self))
            }
            try connection.execute("PRAGMA application_id = \(applicationID)")
            try connection.execute("PRAGMA user_version = \(known)")
            if let table = try connection.text("SELECT \"table\" FROM pragma_foreign_key_check") {
                throw SQLFault.refusal("a row of \(table) refers to one that does not exist")
            }
            try connection.execute("COMMIT")
            try connection.execute("PRAGMA legacy_alter_table = OFF")
            try connection.execute("PRAGMA foreign_keys = ON")
        } catch let failure as OpeningFailure {
            throw failure
        } catch let fault as SQLFault {
            throw .failed(fault.storeFailure)
        } catch {
            throw .failed(.refused("\(error)"))
        }
    }
}
