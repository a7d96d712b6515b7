import CSQLite
import Model
import Store

/// The text of one list query with what is bound to it: conditions are added, the newest rows
/// come first.
struct ListQuery {
    private let select: String
    private let key: String
    private var conditions: [String] = []
    private var bindings: [Value] = []
    /// Whether so few rows fit that sorting them costs less than walking the table in order.
    var sortsApart = false

    /// Begins a query.
    ///
    /// - Parameters:
    ///   - select: `SELECT … FROM …`.
    ///   - key: The column that says the order, the rowid of the first table.
    init(_ select: String, newestBy key: String) {
        self.select = select
        self.key = key
    }

    /// Only rows for which that holds; each `?` takes one value.
    mutating func filter(_ condition: String, _ values: Value...) {
        conditions.append(condition)
        bindings += values
    }

    /// Only rows whose column is one of those words of ours.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - words: The words; none lets all through.
    ///   - groups: The words of each partial index on that column. SQLite takes such an index
    ///   only where   its own condition stands in the query word by word.
    mutating func filter(_ column: String, among words: [String], indexes groups: [[String]]) {
        guard !words.isEmpty else { return }
        conditions.append("\(column) IN (\(Self.list(words)))")
        guard let group = groups.first(where: { Set(words).isSubset(of: $0) }) else { return }
        if let only = group.first, group.count == 1 {
            conditions.append("\(column) = '\(only)'")
            sortsApart = true
        } else {
            conditions.append("\(column) IN (\(Self.list(group)))")
        }
    }

    /// Only rows whose column is that text, or begins with what stands before a star at its end.
    mutating func filter(_ column: String, like pattern: String?) {
        guard let pattern else { return }
        guard pattern.hasSuffix("*") else { return filter("\(column) = ?", .text(pattern)) }
        let prefix = String(pattern.dropLast())
        filter("substr(\(column), 1, length(?)) = ?", .text(prefix), .text(prefix))
    }

    /// Only rows of that moment or later.
    ///
    /// Moments rise with the keys but for the little by which deliveries overtake one another, so a
    /// search by halves finds where to begin and no row before is looked at.
    ///
    /// - Parameters:
    ///   - since: The moment; nil lets all through.
    ///   - column: The column of moments.
    ///   - table: The table of both.
    ///   - connection: Where to search.
    /// - Throws: What SQLite says.
    mutating func filter(
        since: Timestamp?,
        by column: String,
        of table: String,
        on connection: Connection
    ) throws(SQLFault) {
        guard let since else { return }
        let name = String(key.drop { $0 != "." }.dropFirst())
        let first = try Self.firstKey(
            in: table,
            key: name,
            column: column,
            since: since.milliseconds - 60_000,
            on: connection
        )
        filter("\(key) >= ?", .integer(first))
        filter("\(column) >= ?", .integer(since.milliseconds))
    }

    /// Runs the query and makes something of each row.
    func rows<Row>(
        limit: Int,
        on connection: Connection,
        _ make: (Statement) throws(SQLFault) -> Row
    ) throws(SQLFault) -> [Row] {
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        // A leading plus keeps SQLite from walking the whole table only to save the sort.
        let sql = "\(select)\(filter) ORDER BY \(sortsApart ? "+" : "")\(key) DESC LIMIT ?"
        guard let statement = try connection.prepare(sql, from: 0).statement else { return [] }
        for (index, value) in bindings.enumerated() { statement.bind(index + 1, value) }
        statement.bind(bindings.count + 1, Int64(max(0, limit)))
        var rows: [Row] = []
        while try statement.step() { rows.append(try make(statement)) }
        return rows
    }

    /// The first key whose moment is not before `since`, by halves.
    private static func firstKey(
        in table: String,
        key: String,
        column: String,
        since: Int64,
        on connection: Connection
    ) throws(SQLFault) -> Int64 {
        // One aggregate at a time: SQLite looks min and max up only where they stand alone.
        guard var low = try connection.number("SELECT coalesce(min(\(key)), 0) FROM \(table)"),
            let last = try connection.number("SELECT coalesce(max(\(key)), 0) FROM \(table)"),
            let probe = try connection.prepare(
                "SELECT \(column), \(key) FROM \(table) WHERE \(key) >= ? ORDER BY \(key) LIMIT 1",
                from: 0
            ).statement
        else { return 0 }
        var high = last + 1
        while low < high {
            let middle = low + (high - low) / 2
            probe.bind(1, middle)
            defer { probe.reset() }
            guard try probe.step() else { return low }
            if probe.integer(0) >= since { high = middle } else { low = probe.integer(1) + 1 }
        }
        return low
    }

    /// Words of our own as SQL texts.
    private static func list(_ words: [String]) -> String {
        words.map { "'\($0)'" }.joined(separator: ", ")
    }
}
