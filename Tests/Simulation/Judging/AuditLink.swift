import Crypto

/// One row of the audit log as a link of its chain, judged by what is written of it, not by Till's
/// own code.
struct AuditLink: Equatable {
    /// Its number.
    let sequence: Int64
    /// Its hash, in hex.
    let hash: String

    /// The columns of ``init(_:)``.
    static let query = """
        SELECT seq, at, actor, action, event_id, run_id, detail, hex(prev_hash), hex(hash)
        FROM audit_log ORDER BY seq
        """

    /// Reads a row.
    init(_ row: [String]) {
        sequence = Int64(row[0]) ?? 0
        hash = row[8]
    }

    /// Looks for the first row that is not as it was written.
    ///
    /// - Parameters:
    ///   - rows: All rows of the log.
    ///   - begin: The first of them, which was there before; nil where the first is the log's own.
    /// - Returns: What is wrong, or nil.
    static func flaw(in rows: [[String]], from begin: AuditLink?) -> String? {
        var rest = rows[...]
        var last = AuditLink(sequence: 0, hash: String(repeating: "0", count: 64))
        if let begin {
            guard let first = rest.popFirst().map(AuditLink.init), first == begin else {
                return "row \(begin.sequence), which was there, is missing or another"
            }
            last = begin
        }
        for row in rest {
            let link = AuditLink(row)
            if link.sequence != last.sequence + 1 { return "\(row) follows on \(last.sequence)" }
            if row[7] != last.hash { return "\(row) does not name the hash before it" }
            if link.hash != hash(of: row) { return "\(row) has another hash" }
            last = link
        }
        return nil
    }

    private init(sequence: Int64, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }

    /// The hash of a row's columns.
    private static func hash(of row: [String]) -> String {
        var bytes = Array("till-audit-1".utf8)
        func add(_ number: Int64) {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
            }
        }
        func add(text: String) {
            bytes.append(1)
            add(Int64(text.utf8.count))
            bytes += text.utf8
        }
        for column in 0...6 {
            switch (column, row[column]) {
            case (0...1, let text): add(Int64(text) ?? 0)
            case (4...5, "NULL"): bytes.append(0)
            case (5, let text):
                bytes.append(1)
                add(Int64(text) ?? 0)
            case (_, let text): add(text: text)
            }
        }
        bytes += Self.bytes(ofHex: row[7].utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var hash: [UInt8] = []
        for byte in SHA256.hash(data: bytes) {
            hash += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: hash, as: UTF8.self)
    }

    private static func bytes(ofHex text: String.UTF8View) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in text {
            let value = digit & 15 + (digit > UInt8(ascii: "9") ? 9 : 0)
            if let first = high { bytes.append(first << 4 | value) }
            high = high == nil ? value : nil
        }
        return bytes
    }
}
