import Model

/// A list of rows on its way to standard output.
struct Listing<Row> {
    /// The columns, from the left.
    let columns: [Column<Row>]
    /// The rows, in order.
    let rows: [Row]
    /// What the terminal can take.
    var terminal = Terminal.output

    /// Makes a list.
    init(_ rows: [Row], _ columns: [Column<Row>]) {
        self.rows = rows
        self.columns = columns
    }

    /// The list as text, with a line feed at its end unless it is empty.
    func text(as format: OutputFormat) -> String {
        switch format {
        case .table: table
        case .json: json
        case .tsv: tsv
        }
    }

    private var json: String {
        guard !rows.isEmpty else { return "[]\n" }
        let objects = rows.map { row in
            JSONValue.object(columns.map { ($0.name, $0.value(row)) }).compact
        }
        return "[" + objects.joined(separator: ",\n ") + "]\n"
    }

    private var tsv: String {
        let head = columns.map(\.name).joined(separator: "\t") + "\n"
        return rows.reduce(into: head) { text, row in
            text += columns.map { $0.field(row) }.joined(separator: "\t") + "\n"
        }
    }

    private var table: String {
        guard !rows.isEmpty else { return "" }
        let shown = columns.filter { column in
            // What nobody has anything to say in takes no room.
            column.isInTable && !(column.isFlexible && rows.allSatisfy { column.cell($0).isEmpty })
        }
        let cells = rows.map { row in shown.map { $0.cell(row) } }
        let widths = widths(of: shown, cells)
        var text = line(shown.map(\.title), shown.map { _ in .bold }, widths)
        for (row, cells) in zip(rows, cells) {
            text += line(cells, shown.map { $0.colour(row) }, widths)
        }
        return text
    }

    /// How wide each column is: as its widest cell, the flexible ones less when the line is too
    /// long.
    private func widths(of shown: [Column<Row>], _ cells: [[String]]) -> [Int] {
        var widths = shown.indices.map { index in
            cells.reduce(shown[index].title.count) { max($0, $1[index].count) }
        }
        guard let limit = terminal.width else { return widths }
        var excess = widths.reduce(2 * (widths.count - 1), +) - limit
        let flexible = shown.indices.filter { shown[$0].isFlexible }
        let order = flexible.reversed() + shown.indices.reversed().filter { !flexible.contains($0) }
        // First down to what can still be read, then to what still fits.
        for floor in [8, 3, 1] {
            for index in order where excess > 0 {
                let least = floor == 8 ? max(floor, shown[index].title.count) : floor
                let given = min(excess, max(0, widths[index] - least))
                widths[index] -= given
                excess -= given
            }
        }
        return widths
    }

    private func line(
        _ cells: [String],
        _ colours: [Terminal.Colour?],
        _ widths: [Int]
    ) -> String {
        var parts: [String] = []
        for (index, cell) in cells.enumerated() {
            let fits = cell.count <= widths[index]
            let text = fits ? cell : cell.prefix(max(0, widths[index] - 1)) + "…"
            let isLast = index == cells.count - 1
            let padding = isLast ? "" : String(repeating: " ", count: widths[index] - text.count)
            parts.append(terminal.coloured(text, colours[index]) + padding)
        }
        let joined = parts.joined(separator: "  ")
        return String(joined.reversed().drop { $0 == " " }.reversed()) + "\n"
    }
}
