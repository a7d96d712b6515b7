/// Looks for damage in a database.
enum DatabaseCheck {
    /// Problems that are told at most.
    private static let most = 20

    /// What is damaged.
    ///
    /// - Parameters:
    ///   - connection: Where to look; it only reads.
    ///   - isQuick: Whether indexes are taken for right, which takes a fraction of the time.
    /// - Returns: One sentence each; none where all is well.
    /// - Throws: What SQLite says where it cannot even look.
    static func problems(on connection: Connection, isQuick: Bool) throws(SQLFault) -> [String] {
        let name = isQuick ? "quick_check" : "integrity_check"
        var problems = try rows("PRAGMA \(name)(\(most))", on: connection) { $0.text(0) }
            .filter { $0 != "ok" }
        problems += try rows("PRAGMA foreign_key_check", on: connection) { row in
            "a row of \(row.text(0)) refers to a row of \(row.text(2)) that is missing"
        }
        return Array(problems.prefix(most))
    }

    private static func rows(
        _ sql: String,
        on connection: Connection,
        _ read: (Statement) -> String
    ) throws(SQLFault) -> [String] {
        guard let statement = try connection.prepare(sql, from: 0).statement else { return [] }
        var texts: [String] = []
        while texts.count < most, try statement.step() { texts.append(read(statement)) }
        return texts
    }
}
