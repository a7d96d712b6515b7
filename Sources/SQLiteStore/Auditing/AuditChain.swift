import Crypto
import Model
import Store

/// The end of the audit log and the rows that will be appended at the next commit.
struct AuditChain {
    /// How many bytes a hash has.
    static let hashLength = SHA256.byteCount

    /// The number of the last row; 0 for an empty log.
    private(set) var sequence: Int64
    /// The last row's hash; zeros for an empty log.
    private(set) var head: [UInt8]
    /// Rows that wait for the commit.
    private(set) var waiting: [AuditEntry] = []

    /// Reads the log's end.
    init(from connection: Connection) throws(SQLFault) {
        let last = try connection.statement(
            "SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1"
        )
        defer { last.reset() }
        let exists = try last.step()
        sequence = exists ? last.integer(0) : 0
        head = exists ? last.bytes(1) : [UInt8](repeating: 0, count: AuditChain.hashLength)
    }

    /// Adds a row to be written with the commit.
    mutating func append(_ entry: AuditEntry) {
        waiting.append(entry)
    }

    /// Forgets the waiting rows beyond that many: their work was rolled back.
    mutating func keep(first count: Int) {
        waiting.removeLast(waiting.count - count)
    }

    /// Writes the waiting rows, each chained to the one before; call it just before COMMIT.
    ///
    /// - Parameter connection: The writer's, inside the transaction.
    /// - Returns: The log's new end, to be kept once the commit has succeeded.
    /// - Throws: What SQLite says.
    func write(to connection: Connection) throws(SQLFault) -> AuditChain {
        guard !waiting.isEmpty else { return self }
        var chain = self
        chain.waiting.removeAll(keepingCapacity: true)
        let insert = try connection.statement(
            """
            INSERT INTO audit_log (seq, at, actor, action, event_id, run_id, detail, prev_hash,
              hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """
        )
        for entry in waiting {
            let hash = AuditChain.hash(of: entry, sequence: chain.sequence + 1, after: chain.head)
            insert.bind(1, chain.sequence + 1)
            insert.bind(2, entry.at.milliseconds)
            insert.bind(3, entry.actor)
            insert.bind(4, entry.action)
            insert.bind(5, entry.event?.text)
            insert.bind(6, entry.run?.number)
            insert.bind(7, entry.detail)
            insert.bind(8, bytes: chain.head)
            insert.bind(9, bytes: hash)
            try insert.run()
            chain.sequence += 1
            chain.head = hash
        }
        return chain
    }

    /// SHA-256 over every column of a row and the hash before it.
    ///
    /// Shape: a name for the format, then seq and at as eight bytes, high byte first, then each
    /// text as one byte 1, its length in eight bytes and its UTF-8, or one byte 0 for NULL, run_id
    /// likewise, and last the 32 bytes of the previous hash. No two different rows share one
    /// encoding.
    static func hash(
        of entry: AuditEntry,
        sequence: Int64,
        after previous: [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = Array("till-audit-1".utf8)
        bytes.reserveCapacity(256 + entry.detail.utf8.count)
        func add(_ number: Int64) {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        func add(_ text: String?) {
            guard let text else { return bytes.append(0) }
            bytes.append(1)
            add(Int64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        add(sequence)
        add(entry.at.milliseconds)
        add(entry.actor)
        add(entry.action)
        add(entry.event?.text)
        if let run = entry.run {
            bytes.append(1)
            add(run.number)
        } else {
            bytes.append(0)
        }
        add(entry.detail)
        bytes.append(contentsOf: previous)
        return Array(SHA256.hash(data: bytes))
    }
}
