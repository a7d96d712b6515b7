import Model
import Store

/// Compares what is in the database with what the world knows of the purchases, at any moment and
/// at the end.
///
/// What is right is worked out from the events that were handed over, never from Till's tables.
final class Judge {
    private let purchases: [Purchase]
    private let byOrder: [String: Purchase]
    private let watch: Watch
    private var ground: Ground
    /// The events that were handed over at least once.
    var submitted: [String: Happening] = [:]
    /// The events that Till said it has.
    var acknowledged: Set<String> = []

    /// Judges over the store of that ground.
    init(_ purchases: [Purchase], watch: Watch, ground: Ground) throws {
        self.purchases = purchases
        byOrder = Dictionary(
            uniqueKeysWithValues: purchases.compactMap { it in it.order.map { ($0, it) } }
        )
        self.watch = watch
        self.ground = ground
    }

    /// Goes on with another store.
    func look(at ground: Ground) throws { self.ground = ground }

    private var inspector: Inspector { ground.inspector }

    /// The rows of a query, every value as text.
    func rows(_ sql: String) throws -> [[String]] { try inspector.rows(sql) }

    private func expectNone(_ sql: String, _ what: String) throws {
        for row in try inspector.rows(sql) { watch.violation("\(what): \(row)") }
    }

    private func heard(_ purchase: Purchase) -> [Happening] {
        purchase.happenings.filter { submitted[$0.id] != nil }
    }

    // MARK: - At any moment

    /// What holds after each step.
    func judgeMoment() throws {
        try judgeSums()
        try judgeLedger()
        for row in try inspector.rows(OrderRow.query) { judge(order: row) }
        try expectNone(
            """
            SELECT idempotency_key, count(*) FROM tally_log GROUP BY 1 HAVING count(*) > 1
            """,
            "a step's effect happened more than once"
        )
        try expectNone(
            """
            SELECT once_key, count(*) FROM workflow_runs
            WHERE once_key IS NOT NULL AND status <> 'skipped'
            GROUP BY workflow, once_key HAVING count(*) > 1
            """,
            "a business key was walked more than once"
        )
    }

    private func judgeSums() throws {
        try expectNone(
            """
            SELECT user_id, balance, total FROM (
                SELECT user_id, balance, coalesce((SELECT sum(amount) FROM credit_transactions AS t
                    WHERE t.user_id = a.user_id), 0) AS total
                FROM credit_accounts AS a)
            WHERE balance <> total
            """,
            "a balance is not the sum of its transactions"
        )
        try expectNone(
            """
            SELECT what, total, found FROM (
                SELECT what, total,
                    (SELECT count(*) FROM tally_log AS l WHERE l.what = t.what) AS found
                FROM tally AS t)
            WHERE total <> found
            """,
            "a count is not the number of its entries"
        )
        try expectNone(
            """
            SELECT id, amount_refunded, total FROM (
                SELECT id, amount_refunded, coalesce((SELECT sum(refunded_now) FROM order_history
                    WHERE order_id = orders.id AND outcome <> 'refuse'), 0) AS total
                FROM orders)
            WHERE amount_refunded <> total
            """,
            "what was paid back is not the sum of its parts"
        )
    }

    /// The credits of each payment: nothing, or what was paid less a refund that was heard of.
    private func judgeLedger() throws {
        let rows = try inspector.rows(
            """
            SELECT payment, sum(amount), sum(type = 'deposit'), count(DISTINCT user_id),
                min(user_id)
            FROM credit_transactions GROUP BY payment
            """
        )
        for row in rows {
            guard let it = purchases.first(where: { $0.user != nil && $0.key == row[0] }) else {
                watch.violation("credits of a payment that nobody made: \(row)")
                continue
            }
            let news = heard(it).compactMap(\.credits)
            let rights = ([0] + news.map(\.refunded)).map { Self.credits(of: it, after: $0) }
            if row[2] != "1" || row[3] != "1" || row[4] != it.user
                || !news.contains(where: \.isDeposit) || !rights.map(String.init).contains(row[1])
            {
                watch.violation("payment \(it.key) has the credits \(row), right is \(rights)")
            }
        }
    }

    /// The credits that are left once so much of the price was paid back.
    private static func credits(of it: Purchase, after refunded: Int64) -> Int64 {
        let (high, low) = it.credits.multipliedFullWidth(by: refunded)
        return it.credits - it.price.dividingFullWidth((high, low)).quotient
    }

    private func judge(order row: [String]) {
        guard let it = byOrder[row[0]] else {
            return watch.violation("an order that nobody made: \(row)")
        }
        let news = heard(it).compactMap(\.order)
        let isKnown = news.contains { ($0.status ?? .pending).rawValue == row[1] }
        if !isKnown { watch.violation("order \(row[0]) is \(row[1]), which nobody said") }
        if row[2] != "0", !news.contains(where: { "\($0.refunded)" == row[2] }) {
            watch.violation("of order \(row[0]) \(row[2]) was paid back, which nobody said")
        }
    }

    // MARK: - At rest

    /// Whether nothing is left to be walked.
    func isAtRest() throws -> Bool {
        try inspector.rows(
            """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM event_queue) OR EXISTS (
                SELECT 1 FROM workflow_runs
                WHERE status IN ('pending', 'running', 'waiting', 'failed'))
            """
        ).isEmpty
    }

    /// What holds once nothing is left to be walked.
    func judgeRest() throws {
        try judgeMoment()
        let known = Set(try inspector.rows("SELECT id FROM webhook_events").map { $0[0] })
        for id in acknowledged.subtracting(known).sorted() {
            watch.violation("\(id) was acknowledged and is not there")
        }
        for id in known where submitted[id] == nil { watch.violation("nobody sent \(id)") }
        try expectNone(
            "SELECT id, status FROM webhook_events WHERE status = 'received'",
            "an event came to no end"
        )
        try expectNone(
            """
            SELECT e.id, e.status FROM webhook_events AS e
            WHERE e.status <> CASE
                WHEN e.hold_reason IS NOT NULL THEN 'held'
                WHEN NOT EXISTS (SELECT 1 FROM workflow_runs WHERE event_seq = e.seq)
                    THEN 'unmatched'
                WHEN EXISTS (SELECT 1 FROM workflow_runs WHERE event_seq = e.seq
                    AND status IN ('dead', 'unsure')) THEN 'failed'
                ELSE 'done' END
            """,
            "an event's status is not what its runs say"
        )
        try judgeFailures()
        try judgeIntents()
    }

    /// Each time a run was given up its `on-failure` was walked once.
    private func judgeFailures() throws {
        let given = watch.runs.filter { $0.value.givenUp > 0 }.sorted { $0.key < $1.key }
        for (run, news) in given {
            let counts = Set(news.failureEnds.values)
            if counts != [news.givenUp] {
                watch.violation(
                    "run \(run) was given up \(news.givenUp) times, on-failure was walked "
                        + "\(news.failureEnds)"
                )
            }
        }
    }

    /// What is done was taken by a peer; what a peer took was meant.
    private func judgeIntents() throws {
        let done = try inspector.rows(
            """
            SELECT key FROM step_runs
            WHERE status = 'done' AND action IN ('send-email', 'notify-sentry', 'http-request')
            """
        )
        for row in done where watch.taken[row[0]] == nil && !watch.vouched.contains(row[0]) {
            watch.violation("\(row[0]) is done and reached nobody")
        }
        let keys = try inspector.rows("SELECT key FROM idempotency_keys").map { $0[0] }
        let meant = Set(keys)
        if meant.count < keys.count { watch.violation("two runs share a key") }
        for step in watch.taken.keys.sorted() where !meant.contains(step) {
            watch.violation("a peer took \(step), which was never written down")
        }
        for template in ["confirm-order", "confirm-credits"] { judgeConfirmations(template) }
    }

    /// A buyer is told once of a purchase.
    private func judgeConfirmations(_ step: String) {
        for it in purchases {
            let events = Set(it.happenings.map(\.id))
            let told = watch.taken.keys.filter { taken in
                let parts = taken.split(separator: "/")
                return parts[2] == step && events.contains(String(parts[0]))
            }
            if told.count > 1 {
                watch.violation("purchase \(it.number) was confirmed by \(told.sorted())")
            }
        }
    }

    // MARK: - At the end

    /// What must have come of all events once every fault is mended and every retry was made.
    func judgeEnd() throws {
        var found: [String: OrderRow] = [:]
        for row in try inspector.rows(OrderRow.query) {
            var order = OrderRow(row: row)
            // What an unpaid order costs is not settled yet.
            if !(OrderState(rawValue: order.status)?.hasMoney ?? false) {
                order.amount = byOrder[row[0]].map { "\($0.price)" } ?? ""
            }
            found[row[0]] = order
        }
        for it in purchases {
            if let id = it.order, !it.happenings.isEmpty {
                let right = OrderRow(after: it.happenings, of: it)
                if found[id] != right {
                    watch.violation(
                        "order \(id) is \(found[id]?.description ?? "missing"), right is \(right)"
                    )
                }
            }
        }
        try judgeBalances()
        try judgeDead()
    }

    private func judgeBalances() throws {
        var right: [String: Int64] = [:]
        for it in purchases {
            guard let user = it.user else { continue }
            let news = it.happenings.compactMap(\.credits)
            guard news.contains(where: \.isDeposit) else { continue }
            let refunded = news.map(\.refunded).max() ?? 0
            right[user, default: 0] += Self.credits(of: it, after: refunded)
        }
        let rows = try inspector.rows("SELECT user_id, balance FROM credit_accounts")
        let found = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Int64($0[1]) ?? -1) })
        if found != right { watch.violation("balances are \(found), right is \(right)") }
    }

    /// Only what can never be done is still given up.
    private func judgeDead() throws {
        let dead = try inspector.rows(
            """
            SELECT e.id, r.workflow, r.reason FROM workflow_runs AS r
                JOIN webhook_events AS e ON e.seq = r.event_seq
            WHERE r.status IN ('dead', 'unsure')
            """
        )
        for row in dead where submitted[row[0]]?.isImpossible != true {
            watch.violation("given up for ever: \(row)")
        }
    }

    /// The file itself: keys, pages, and the chain of the audit log.
    func judgeFile() throws {
        try expectNone("PRAGMA foreign_key_check", "a foreign key leads nowhere")
        for row in try inspector.rows("PRAGMA integrity_check") where row != ["ok"] {
            watch.violation("the file is damaged: \(row)")
        }
        let rows = try inspector.rows(AuditLink.query)
        if let flaw = AuditLink.flaw(in: rows, from: ground.auditBegin) {
            watch.violation("the audit chain is broken: \(flaw)")
        }
    }
}
