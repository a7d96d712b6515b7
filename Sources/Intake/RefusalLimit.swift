internal import Model
internal import Synchronization

/// How many refused requests a client may make: a token bucket for each, kept as the moment at
/// which the bucket will be full again.
///
/// Well-signed deliveries take no token and need none: behind a proxy all clients have one address,
/// and whoever floods it must not shut Stripe out.
final class RefusalLimit: Sendable {
    /// What a refusal means for the client.
    enum Verdict: Equatable {
        /// It is told why.
        case told
        /// It is only told to wait so many seconds; `isNews` the first time since it was full.
        case limited(seconds: Int, isNews: Bool)
    }

    private struct Bucket {
        /// When it will be full, in microseconds since 1970.
        var full: Int64
        var isLimited = false
    }

    /// A bucket holds what comes into it in that time, in microseconds.
    private static let span: Int64 = 60_000_000

    /// The time in which one token comes back, in microseconds.
    private let interval: Int64
    private let room: Int
    private let buckets = Mutex<[ClientNetwork: Bucket]>([:])
    private let known = Atomic(0)

    /// Makes full buckets for everybody.
    ///
    /// - Parameters:
    ///   - perMinute: Tokens in a full bucket, and tokens that come back in a minute.
    ///   - clients: How many are told apart; the others share a bucket.
    init(perMinute: Int, clients: Int = Limits.refusedClients) {
        interval = max(1, Self.span / Int64(perMinute))
        room = clients
    }

    /// Clients whose buckets are not known to be full.
    var count: Int { known.load(ordering: .relaxed) }

    /// Seconds that a client has to wait before a refusal is explained again; nil where none.
    func wait(of client: ClientNetwork, now: Timestamp) -> Int? {
        // Nearly always nobody is known, and nothing is looked up.
        guard count > 0 else { return nil }
        let now = now.milliseconds * 1000
        return buckets.withLock { buckets in
            let bucket = buckets[client] ?? buckets[.others]
            return bucket.flatMap { lack(of: $0, now).map(Self.seconds) }
        }
    }

    /// Takes a token for a refused request.
    func refuse(_ client: ClientNetwork, now: Timestamp) -> Verdict {
        let now = now.milliseconds * 1000
        return buckets.withLock { buckets in
            let key = place(for: client, in: &buckets, now)
            defer { known.store(buckets.count, ordering: .relaxed) }
            var bucket = buckets[key] ?? Bucket(full: now)
            // A clock that was set back must not lock a client out for long.
            bucket.full = min(max(bucket.full, now), now + Self.span)
            if bucket.full == now { bucket.isLimited = false }
            defer { buckets[key] = bucket }
            guard let lack = lack(of: bucket, now) else {
                bucket.full += interval
                return .told
            }
            defer { bucket.isLimited = true }
            return .limited(seconds: Self.seconds(lack), isNews: !bucket.isLimited)
        }
    }

    /// How long until there is a token; nil where there is one.
    private func lack(of bucket: Bucket, _ now: Int64) -> Int64? {
        let lack = min(bucket.full, now + Self.span) + interval - Self.span - now
        return lack > 0 ? lack : nil
    }

    /// Where a client's bucket is kept; full buckets go when room is needed.
    private func place(
        for client: ClientNetwork,
        in buckets: inout [ClientNetwork: Bucket],
        _ now: Int64
    ) -> ClientNetwork {
        guard buckets[client] == nil, buckets.count >= room else { return client }
        // While others are lumped together the table is not searched again.
        if let others = buckets[.others], others.full > now { return .others }
        buckets = buckets.filter { $0.value.full > now }
        return buckets.count < room ? client : .others
    }

    private static func seconds(_ span: Int64) -> Int { Int((span + 999_999) / 1_000_000) }
}
