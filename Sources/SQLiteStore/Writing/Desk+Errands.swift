import Crypto
import Model
import Store

extension Desk {
    /// Does one errand.
    ///
    /// - Parameter errand: What to do.
    /// - Returns: Numbers for ``Errand/remember(_:)``, a count for ``Errand/purge(_:)``, the place
    ///   of a released event, else none.
    /// - Throws: Why it is to be rolled back.
    func perform(_ errand: Errand) throws(SQLFault) -> [Int64] {
        switch errand {
        case .migrate(let schemas): try migrate(schemas)
        case .remember(let versions):
            var numbers: [Int64] = []
            for version in versions {
                numbers.append(try remember(version.name, version.hash, version.source))
            }
            return numbers
        case .audit(let entry): audit.append(entry)
        case .retry(let wish): try retry(wish)
        case .retryJudged(let run, let actor, let now):
            try retry(judged: run, actor: actor, at: now)
        case .purge(let events): return [try purge(events)]
        case .resolve(let resolution): try resolve(resolution)
        case .cancel(let run, let reason, let actor, let now):
            try cancel(run, because: reason, actor: actor, at: now)
        case .release(let event, let reason, let actor, let now):
            return [try release(event, because: reason, actor: actor, at: now)]
        }
        return []
    }

    /// The number of a workflow's text; a new one where it was never seen.
    private func remember(
        _ name: String,
        _ hash: String,
        _ source: String
    ) throws(SQLFault) -> Int64 {
        let insert = try connection.statement(
            """
            INSERT INTO workflow_versions (name, hash, source, created_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (name, hash) DO NOTHING
            """
        )
        insert.bind(1, name)
        insert.bind(2, hash)
        insert.bind(3, source)
        insert.bind(4, now.milliseconds)
        try insert.run()
        let select = try connection.statement(
            "SELECT id FROM workflow_versions WHERE name = ?1 AND hash = ?2"
        )
        defer { select.reset() }
        select.bind(1, name)
        select.bind(2, hash)
        guard try select.step() else { throw .refusal("the version of \(name) was not stored") }
        return select.integer(0)
    }

    /// Brings every plugin's tables to its latest migration.
    private func migrate(
        _ schemas: [(plugin: String, migrations: [SQLFile])]
    ) throws(SQLFault) {
        for schema in schemas {
            var applied = try applied(of: schema.plugin)
            let latest = applied.keys.max() ?? 0
            for migration in schema.migrations {
                let plan = try plan(migration, of: schema.plugin)
                if let hash = applied.removeValue(forKey: plan.version) {
                    guard hash == plan.hash else {
                        throw .refusal(
                            "\(migration.path) was changed after it had been applied; put its old "
                                + "text back and make the change in a new file"
                        )
                    }
                } else if plan.version < latest {
                    throw .refusal(
                        "\(migration.path) comes before version \(latest), which is applied "
                            + "already; give it a higher number"
                    )
                } else {
                    try apply(plan)
                }
            }
            if let missing = applied.keys.max() {
                throw .refusal(
                    "migration \(missing) of plugin \(schema.plugin) was applied to this database "
                        + "but its file is gone; put it back"
                )
            }
        }
        // Their tables may look different now.
        effects = [:]
    }

    /// The migrations of a plugin that were applied: version and hash.
    private func applied(of plugin: String) throws(SQLFault) -> [Int64: String] {
        let select = try connection.statement(
            "SELECT version, hash FROM plugin_migrations WHERE plugin = ?1"
        )
        defer { select.reset() }
        select.bind(1, plugin)
        var known: [Int64: String] = [:]
        while try select.step() { known[select.integer(0)] = select.text(1) }
        return known
    }

    /// A migration with its number; a wrong name is told with the file.
    private func plan(_ file: SQLFile, of plugin: String) throws(SQLFault) -> Migration {
        do throws(SQLFault) {
            return try Migration(file, of: plugin)
        } catch {
            throw .refusal("\(file.path): \(error.message)")
        }
    }

    /// Applies a migration and remembers that.
    private func apply(_ plan: Migration) throws(SQLFault) {
        do throws(SQLFault) {
            try plan.apply(to: connection)
        } catch {
            if error.transactionFailure != nil || connection.isAutocommit { throw error }
            let mistake = plan.file.mistake(error.message, atByte: error.offset ?? 0)
            throw .refusal("\(mistake.place): \(mistake.message)")
        }
        let insert = try connection.statement(
            """
            INSERT INTO plugin_migrations (plugin, version, name, hash, applied_at)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """
        )
        insert.bind(1, plan.plugin)
        insert.bind(2, plan.version)
        insert.bind(3, plan.name)
        insert.bind(4, plan.hash)
        insert.bind(5, now.milliseconds)
        try insert.run()
        let detail =
            "{\"plugin\":\(JSONText.quoted(plan.plugin)),"
            + "\"migration\":\(JSONText.quoted(plan.name)),\"hash\":\"\(plan.hash)\"}"
        audit.append(AuditEntry(actor: "till", action: "schema.migrated", detail: detail, at: now))
    }
}
