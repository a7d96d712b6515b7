import Crypto
import Model

/// One numbered file of a plugin's `schema/`.
struct Migration {
    /// The plugin.
    let plugin: String
    /// The number in its name: 1 for `v001_orders.sql`.
    let version: Int64
    /// The file's name.
    let name: String
    /// SHA-256 of its text, in hex.
    let hash: String
    /// The file.
    let file: SQLFile

    /// Reads a file's number.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - plugin: Whose it is.
    /// - Throws: A refusal where the name does not begin with `v` and a number.
    init(_ file: SQLFile, of plugin: String) throws(SQLFault) {
        let name = String(file.path.split(separator: "/").last ?? "")
        let digits = name.dropFirst().prefix { ("0"..."9").contains($0) }
        guard name.hasPrefix("v"), let version = Int64(digits), version > 0 else {
            throw .refusal(
                "the name of a migration begins with v001, v002 and so on, not \"\(name)\""
            )
        }
        self.file = file
        self.plugin = plugin
        self.name = name
        self.version = version
        hash = SHA256.hash(data: Array(file.text.utf8)).hex
    }

    /// Runs its statements, judged as a plugin's.
    ///
    /// - Parameter connection: Where; inside a transaction.
    /// - Throws: What SQLite or the warden says, with file and line.
    func apply(to connection: Connection) throws(SQLFault) {
        var place = 0
        let end = file.text.utf8.count
        while place < end {
            let start = place
            do throws(SQLFault) {
                place = try step(from: place, on: connection)
            } catch {
                throw SQLFault(
                    code: error.code,
                    message: error.message,
                    offset: error.offset ?? file.text.firstWord(from: start),
                    systemError: error.systemError
                )
            }
        }
    }

    /// Prepares and runs one statement; returns where the next begins.
    private func step(from place: Int, on connection: Connection) throws(SQLFault) -> Int {
        connection.warden.trust = .migration
        defer { connection.warden.trust = .house }
        let (statement, next) = try connection.prepare(file.text, from: place)
        try statement?.run()
        return next
    }
}

extension String {
    /// The first byte from there that is no white space.
    fileprivate func firstWord(from start: Int) -> Int {
        start + utf8.dropFirst(start).prefix { $0 <= 32 }.count
    }
}

extension Sequence<UInt8> {
    /// The bytes as lower-case hex.
    var hex: String {
        var text = ""
        for byte in self {
            text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }
        return text
    }
}
