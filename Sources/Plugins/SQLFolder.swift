import Model
import YAMLTree

/// Reads the SQL files of a plugin folder: `effect.sql`, `refused.sql`, `schema/vNNN_name.sql`.
enum SQLFolder {
    /// The part of the plugin that is SQL; nil for other kinds, where such files are mistakes.
    ///
    /// - Parameters:
    ///   - listing: The folder's files.
    ///   - kind: What the manifest says; nil where it says nothing usable.
    ///   - kindPlace: Where it says so, for what is missing.
    ///   - mistakes: Where mistakes are noted.
    /// - Returns: The files, or nil.
    static func read(
        _ listing: FolderListing,
        kind: Plugin.Kind?,
        kindPlace: SourcePlace,
        noting mistakes: MistakeList
    ) -> Plugin.SQLPart? {
        guard let kind else { return nil }
        guard kind == .sql else {
            for file in listing.files where file.path.hasSuffix(".sql") {
                mistakes.take([
                    FolderListing.mistake(
                        "a plugin of kind \(kind.rawValue) runs no SQL; remove the file, "
                            + "or write \"kind: sql\"",
                        at: "\(listing.folder)/\(file.path)"
                    )
                ])
            }
            return nil
        }
        let migrations = migrations(listing, noting: mistakes)
        let refused = file("refused.sql", listing, noting: mistakes)
        guard let effect = file("effect.sql", listing, noting: mistakes) else {
            if !listing.files.contains(where: { $0.path == "effect.sql" }) {
                mistakes.note(
                    "a plugin of kind sql needs the file effect.sql; add it beside plugin.yaml",
                    at: kindPlace
                )
            }
            return nil
        }
        return Plugin.SQLPart(migrations: migrations, effect: effect, refused: refused)
    }

    private static func file(
        _ path: String,
        _ listing: FolderListing,
        noting mistakes: MistakeList
    ) -> SQLFile? {
        guard let found = listing.files.first(where: { $0.path == path }) else { return nil }
        guard found.text.contains(where: { !$0.isWhitespace }) else {
            mistakes.take([
                FolderListing.mistake(
                    "the file is empty; write the statements into it or remove it",
                    at: "\(listing.folder)/\(path)"
                )
            ])
            return nil
        }
        return SQLFile(path: "\(listing.folder)/\(path)", text: found.text)
    }

    private static func migrations(
        _ listing: FolderListing,
        noting mistakes: MistakeList
    ) -> [SQLFile] {
        var numbers: [Int: String] = [:]
        var migrations: [SQLFile] = []
        for (path, _) in listing.files where path.hasPrefix("schema/") {
            func note(_ message: String) {
                mistakes.take([FolderListing.mistake(message, at: "\(listing.folder)/\(path)")])
            }
            let name = path.dropFirst("schema/".count)
            guard let match = name.wholeMatch(of: /v([0-9]{3})_[a-z0-9_]+\.sql/),
                let number = Int(match.1)
            else {
                note("\"\(name)\" is no migration's name; write it like v001_orders.sql")
                continue
            }
            if let other = numbers.updateValue(path, forKey: number) {
                note("\(other) has the same number; give each migration its own")
            } else if number != numbers.count {
                note("the migration before it is missing; number them from v001 without gaps")
            }
            if let file = file(path, listing, noting: mistakes) { migrations.append(file) }
        }
        return migrations
    }
}
