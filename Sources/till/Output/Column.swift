/// One column of a list.
struct Column<Row>: Sendable {
    /// Its heading in a table.
    let title: String
    /// Its name in JSON and TSV.
    let name: String
    /// Whether a table shows it; JSON and TSV show all.
    let isInTable: Bool
    /// Whether it gives way when the table is wider than the terminal.
    let isFlexible: Bool
    /// Its value.
    let value: @Sendable (Row) -> JSONValue
    /// What a table shows, where that is not simply the value.
    let shown: (@Sendable (Row) -> String)?
    /// In which colour.
    let colour: @Sendable (Row) -> Terminal.Colour?

    /// Makes a column.
    init(
        _ name: String,
        title: String? = nil,
        inTable: Bool = true,
        flexible: Bool = false,
        shown: (@Sendable (Row) -> String)? = nil,
        colour: @escaping @Sendable (Row) -> Terminal.Colour? = { _ in nil },
        value: @escaping @Sendable (Row) -> JSONValue
    ) {
        self.name = name
        self.title = title ?? name.uppercased().split(separator: "_").joined(separator: " ")
        isInTable = inTable
        isFlexible = flexible
        self.value = value
        self.shown = shown
        self.colour = colour
    }

    /// What a table shows of a row.
    func cell(_ row: Row) -> String {
        Terminal.harmless(shown?(row) ?? Self.text(of: value(row)))
    }

    /// What TSV shows of a row.
    func field(_ row: Row) -> String {
        var out = ""
        for scalar in Self.text(of: value(row)).unicodeScalars {
            switch scalar {
            case "\t": out += "\\t"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\\": out += "\\\\"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func text(of value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .text(let text): text
        default: value.compact
        }
    }
}
