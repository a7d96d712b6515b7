/// The end of the audit log at some moment, kept outside the database: who cuts the log off later,
/// or writes its end anew, cannot change it.
package struct AuditCheckpoint: Sendable, Hashable, CustomStringConvertible {
    /// The last row's number; 0 for an empty log.
    ///
    /// Source: `audit_log.seq`.
    package let sequence: Int64
    /// The chain's hash up to and with that row, in hex.
    package let hash: String

    /// What the daemon's log lines that hold one say.
    package static let logMessage = "audit checkpoint"

    /// Makes a checkpoint.
    package init(sequence: Int64, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Reads `SEQ:HASH`; nil where the text is no checkpoint.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0, parts[1].count == 64,
            parts[1].allSatisfy({ $0.isHexDigit && $0.isASCII })
        else { return nil }
        self.init(sequence: sequence, hash: parts[1].lowercased())
    }

    /// The checkpoints in lines of the daemon's log, in whatever format it was written.
    ///
    /// - Parameter log: The lines.
    /// - Returns: One for each line that holds one.
    package static func all(inLog log: String) -> [AuditCheckpoint] {
        log.split(whereSeparator: \.isNewline).compactMap { line in
            guard line.contains(logMessage) else { return nil }
            let words = line.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == ":")) }
            return words.lazy.compactMap { AuditCheckpoint($0) }.first
        }
    }

    package var description: String { "\(sequence):\(hash)" }
}
