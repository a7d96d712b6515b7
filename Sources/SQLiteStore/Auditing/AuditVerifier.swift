import Model
package import Store

/// What reading the whole audit log has shown.
package struct AuditVerdict: Sendable, Hashable {
    /// How many rows were read; all, or those before the first bad one.
    package let rows: Int64
    /// The hash of the last good row in hex: who keeps it elsewhere sees a log that was cut off.
    package let head: String
    /// The first row that is not as it was written, and why; nil when the chain is whole.
    package let firstBad: Flaw?

    /// A row that does not fit the chain.
    package struct Flaw: Sendable, Hashable {
        /// Its number, or the number that is missing.
        ///
        /// Source: `audit_log.seq`.
        package let sequence: Int64
        /// What does not fit.
        package let reason: String
    }
}

/// Recomputes the hashes of the audit log, reading only.
package enum AuditVerifier {
    /// Checks every row.
    ///
    /// - Parameters:
    ///   - databasePath: The database file; a daemon may be writing to it.
    ///   - checkpoints: Ends of the log that were kept elsewhere; without one a log that was cut
    ///     off, or whose end was written anew with its hashes, looks whole.
    /// - Returns: What was found.
    /// - Throws: ``StoreFailure`` where the file cannot be read.
    package static func verify(
        databasePath: String,
        against checkpoints: [AuditCheckpoint] = []
    ) throws(StoreFailure) -> AuditVerdict {
        do throws(SQLFault) {
            let connection = try Connection(path: databasePath, .reading)
            return try verify(on: connection, against: checkpoints)
        } catch {
            throw error.storeFailure
        }
    }

    /// Checks every row over one snapshot.
    static func verify(
        on connection: Connection,
        against checkpoints: [AuditCheckpoint]
    ) throws(SQLFault) -> AuditVerdict {
        var kept: [Int64: Set<String>] = [:]
        for checkpoint in checkpoints {
            kept[checkpoint.sequence, default: []].insert(checkpoint.hash)
        }
        let select = try connection.statement(
            """
            SELECT seq, at, actor, action, event_id, run_id, detail, prev_hash, hash
            FROM audit_log ORDER BY seq
            """
        )
        defer { select.reset() }
        var rows: Int64 = 0
        var head = [UInt8](repeating: 0, count: AuditChain.hashLength)
        while try select.step() {
            if let flaw = flaw(in: select, after: rows, head) {
                return AuditVerdict(rows: rows, head: head.hex, firstBad: flaw)
            }
            let next = select.bytes(8)
            if let hashes = kept[rows + 1], hashes != [next.hex] {
                let flaw = AuditVerdict.Flaw(
                    sequence: rows + 1,
                    reason: "a checkpoint has another hash of it: the log was written anew from "
                        + "there or from before"
                )
                return AuditVerdict(rows: rows, head: head.hex, firstBad: flaw)
            }
            head = next
            rows += 1
        }
        guard let last = checkpoints.map(\.sequence).max(), last > rows else {
            return AuditVerdict(rows: rows, head: head.hex, firstBad: nil)
        }
        let reason =
            "it is missing; a checkpoint says that the log had \(last) rows: its end was cut off"
        return AuditVerdict(
            rows: rows,
            head: head.hex,
            firstBad: AuditVerdict.Flaw(sequence: rows + 1, reason: reason)
        )
    }

    /// What is wrong with the current row, or nil.
    private static func flaw(
        in row: Statement,
        after rows: Int64,
        _ head: [UInt8]
    ) -> AuditVerdict.Flaw? {
        let sequence = row.integer(0)
        guard sequence == rows + 1 else {
            let reason = "it is missing; the next row there is has number \(sequence)"
            return AuditVerdict.Flaw(sequence: rows + 1, reason: reason)
        }
        guard row.bytes(7) == head else {
            let reason = "its prev_hash is not the hash of the row before"
            return AuditVerdict.Flaw(sequence: sequence, reason: reason)
        }
        // Two texts that are no UTF-8 may be read as one and the same.
        for column in [2, 3, 4, 6] where row.bytes(column) != Array(row.text(column).utf8) {
            let reason = "its column \(row.columnName(column)) is no text"
            return AuditVerdict.Flaw(sequence: sequence, reason: reason)
        }
        let entry = AuditEntry(
            actor: row.text(2),
            action: row.text(3),
            event: row.optionalText(4).map(EventID.init),
            run: row.optionalInteger(5).map(RunID.init),
            detail: row.text(6),
            at: Timestamp(milliseconds: row.integer(1))
        )
        guard row.bytes(8) == AuditChain.hash(of: entry, sequence: sequence, after: head) else {
            let reason = "its hash is not that of its columns: one of them was changed"
            return AuditVerdict.Flaw(sequence: sequence, reason: reason)
        }
        return nil
    }
}
