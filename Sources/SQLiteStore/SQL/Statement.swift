import CSQLite
import Model

/// One prepared statement; bind, then `run` it or `step` through its rows and `reset`.
///
/// A bind that fails (a text over the limit) is reported by the next step.
final class Statement {
    /// SQLite's statement.
    let handle: OpaquePointer
    /// The connection it was prepared on, for messages.
    private let connection: OpaquePointer
    /// The first bind that failed since the last reset.
    private var bindCode = SQLITE_OK

    /// Takes over a statement that SQLite prepared.
    init(_ handle: OpaquePointer, on connection: OpaquePointer) {
        self.handle = handle
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// How many columns its rows have; 0 for a statement without rows.
    var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// A column's name.
    func columnName(_ column: Int) -> String {
        sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? ""
    }

    /// Binds a number.
    func bind(_ index: Int, _ number: Int64) {
        note(sqlite3_bind_int64(handle, Int32(index), number))
    }

    /// Binds a number or NULL.
    func bind(_ index: Int, _ number: Int64?) {
        if let number { bind(index, number) } else { bindNull(index) }
    }

    /// Binds a text.
    func bind(_ index: Int, _ text: String) {
        var text = text
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                till_sqlite_bind_text(handle, Int32(index), $0.baseAddress, Int64($0.count))
            }
        }
        note(code)
    }

    /// Binds a text or NULL.
    func bind(_ index: Int, _ text: String?) {
        if let text { bind(index, text) } else { bindNull(index) }
    }

    /// Binds a BLOB.
    func bind(_ index: Int, bytes: [UInt8]) {
        note(
            bytes.withUnsafeBytes {
                till_sqlite_bind_blob(handle, Int32(index), $0.baseAddress, Int64($0.count))
            }
        )
    }

    /// Binds a value; JSON goes in as its text.
    func bind(_ index: Int, _ value: Value) {
        switch value {
        case .null: bindNull(index)
        case .integer(let number): bind(index, number)
        case .real(let number): note(sqlite3_bind_double(handle, Int32(index), number))
        case .text(let text), .json(let text): bind(index, text)
        }
    }

    /// Binds NULL.
    func bindNull(_ index: Int) {
        note(sqlite3_bind_null(handle, Int32(index)))
    }

    /// Runs to the end and makes it ready for the next use; rows are passed over.
    func run() throws(SQLFault) {
        defer { reset() }
        while try step() {}
    }

    /// Goes to the next row; false when there is none.
    func step() throws(SQLFault) -> Bool {
        guard bindCode == SQLITE_OK else {
            throw SQLFault(code: bindCode, message: String(cString: sqlite3_errstr(bindCode)))
        }
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLFault(code: sqlite3_extended_errcode(connection), on: connection)
        }
    }

    /// Makes it ready for the next use; what was bound stays bound.
    func reset() {
        bindCode = SQLITE_OK
        sqlite3_reset(handle)
    }

    /// Whether a column of the row is NULL.
    func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    /// A column as a number; 0 for NULL.
    func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(column))
    }

    /// A column as a number or nil.
    func optionalInteger(_ column: Int) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    /// A column as text; empty for NULL.
    func text(_ column: Int) -> String {
        guard let bytes = sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// A column as text or nil.
    func optionalText(_ column: Int) -> String? {
        isNull(column) ? nil : text(column)
    }

    /// A column's bytes; empty for NULL.
    func bytes(_ column: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, Int32(column)) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// A column as a value of ours.
    ///
    /// - Parameter column: From 0.
    /// - Returns: The value with its SQL type.
    /// - Throws: A refusal for a BLOB, and for anything longer than ``Limits/valueBytes``.
    func value(_ column: Int) throws(SQLFault) -> Value {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_NULL: return .null
        case SQLITE_INTEGER: return .integer(integer(column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, Int32(column)))
        case SQLITE_TEXT:
            guard sqlite3_column_bytes(handle, Int32(column)) <= Limits.valueBytes else {
                throw .refusal("the value is longer than \(Limits.valueBytes) bytes")
            }
            return .text(text(column))
        default: throw .refusal("the value is a BLOB; use hex() or cast it to text")
        }
    }

    /// Remembers the first bind that failed.
    private func note(_ code: Int32) {
        if code != SQLITE_OK, bindCode == SQLITE_OK { bindCode = code }
    }
}
