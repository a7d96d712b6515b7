import Model

/// Counts the rows of a table by their status.
enum StatusCount {
    /// How many rows have which status; a status without any is left out.
    ///
    /// One pass and no sorting: GROUP BY would sort every row first.
    static func counts<Word: CaseIterable & Hashable & RawRepresentable<String>>(
        in table: String,
        on connection: Connection
    ) throws(SQLFault) -> [Word: Int] {
        let words = Array(Word.allCases)
        let columns = words.map { "count(*) FILTER (WHERE status = '\($0.rawValue)')" }
        let sql = "SELECT \(columns.joined(separator: ", ")) FROM \(table)"
        guard let statement = try connection.prepare(sql, from: 0).statement,
            try statement.step()
        else { return [:] }
        var counts: [Word: Int] = [:]
        for (column, word) in words.enumerated() where statement.integer(column) > 0 {
            counts[word] = Int(statement.integer(column))
        }
        return counts
    }
}
