import CSQLite
import Model

/// The prepared statements of one `effect.sql`, and which parameter goes where.
final class CompiledEffect {
    /// One statement and the parameters that occur in it.
    private struct Part {
        /// The prepared statement.
        let statement: Statement
        /// SQLite's number and our name of each parameter.
        let parameters: [(index: Int, name: String)]
        /// The columns of its rows; of several with one name the last counts.
        let columns: [String]

        /// Takes a prepared statement.
        init(_ statement: Statement) {
            self.statement = statement
            parameters = statement.parameters
            columns = (0..<statement.columnCount).map(statement.columnName)
        }
    }

    /// The text it was made from.
    private let text: String

    /// The statements in order.
    private let parts: [Part]

    /// Prepares every statement; the tables it names must exist.
    ///
    /// - Parameters:
    ///   - file: The text.
    ///   - connection: Where it will run; its warden refuses what an effect may not do.
    /// - Throws: What SQLite or the warden says, with the place in the text.
    init(_ file: SQLFile, on connection: Connection) throws(SQLFault) {
        let trust = connection.warden.trust
        connection.warden.trust = .effect
        defer { connection.warden.trust = trust }
        var parts: [Part] = []
        var place = 0
        let end = file.text.utf8.count
        while place < end {
            let (statement, next) = try connection.prepare(file.text, from: place)
            place = next
            guard let statement else { continue }
            parts.append(Part(statement))
        }
        guard !parts.isEmpty else { throw .refusal("there is no statement in it") }
        self.parts = parts
        text = file.text
    }

    /// The names of all parameters, without the colon.
    var parameterNames: Set<String> {
        Set(parts.flatMap { $0.parameters.map(\.name) })
    }

    /// Where a parameter first occurs, in UTF-8 bytes; a guess where a comment names it before.
    func place(of name: String) -> Int? {
        let wanted = Array((":" + name).utf8)
        let bytes = Array(text.utf8)
        return bytes.indices.first { start in
            guard bytes[start...].starts(with: wanted) else { return false }
            let next = bytes.dropFirst(start + wanted.count).first.map {
                Character(UnicodeScalar($0))
            }
            return next.map { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? true
        }
    }

    /// Runs the statements in order.
    ///
    /// - Parameter parameters: Values by name; those that do not occur are passed over.
    /// - Returns: The last row that any statement returned; nil where none did.
    /// - Throws: What SQLite says; rows already changed stay changed until the caller rolls back.
    func run(_ parameters: Fields) throws(SQLFault) -> Fields? {
        var last: Fields?
        for part in parts {
            let statement = part.statement
            defer { statement.reset() }
            var hint = 0
            for (index, name) in part.parameters {
                statement.bind(index, try CompiledEffect.value(of: name, in: parameters, &hint))
            }
            while try statement.step() {
                guard !part.columns.isEmpty else { continue }
                last = try CompiledEffect.row(of: part)
            }
        }
        return last
    }

    /// A parameter's value; the search goes on where the last one ended.
    private static func value(
        of name: String,
        in parameters: Fields,
        _ hint: inout Int
    ) throws(SQLFault) -> Value {
        let count = parameters.pairs.count
        for step in 0..<count {
            let place = (hint + step) % count
            guard parameters.pairs[place].name == name else { continue }
            hint = place + 1
            return parameters.pairs[place].value
        }
        throw .refusal("the parameter :\(name) has no value")
    }

    /// The current row as fields.
    private static func row(of part: Part) throws(SQLFault) -> Fields {
        var fields = Fields()
        fields.pairs.reserveCapacity(part.columns.count)
        for (column, name) in part.columns.enumerated() {
            do throws(SQLFault) {
                fields[name] = try part.statement.value(column)
            } catch {
                throw .refusal("column \(name): \(error.message)")
            }
        }
        return fields
    }
}

extension Statement {
    /// SQLite's number and the name without its sigil of every parameter.
    var parameters: [(index: Int, name: String)] {
        let count = Int(sqlite3_bind_parameter_count(handle))
        return (0..<count).compactMap { number in
            guard let name = sqlite3_bind_parameter_name(handle, Int32(number + 1)) else {
                return nil
            }
            return (number + 1, String(String(cString: name).dropFirst()))
        }
    }
}
