import Model
import Store

/// What one transaction of the writer carries.
struct Load {
    /// Deliveries to be written down, in order of arrival.
    var deliveries: [Delivery] = []
    /// Batches of the engine, or what is left of them.
    var batches: [ArraySlice<Settlement>] = []
    /// Everything rarer.
    var errands: [Errand] = []

    /// Whether somebody outside is told of it: it must be on disk before that.
    var isTold: Bool {
        !deliveries.isEmpty || !errands.isEmpty || batches.joined().contains(where: \.isTold)
    }
}

/// Rare work of the writer: what loading rules, people and the daemon itself ask for.
enum Errand: Sendable {
    /// Bring the business tables up to date.
    case migrate([(plugin: String, migrations: [SQLFile])])
    /// Remember workflow versions.
    case remember([(name: String, hash: String, source: String)])
    /// Append one audit row.
    case audit(AuditEntry)
    /// Let a run walk again.
    case retry(RetryWish)
    /// Let a run begin whose guard was judged only now.
    case retryJudged(NewRun, actor: String, now: Timestamp)
    /// Write down what a person knows of an unsure run.
    case resolve(RunResolution)
    /// Drop what may hold personal data of those events.
    case purge([Int64])
    /// Take a run out of the walk for good.
    case cancel(RunID, reason: String, actor: String, now: Timestamp)
    /// Let a held event go on.
    case release(EventID, reason: String, actor: String, now: Timestamp)
}

/// A person's wish that a run walks again; the arguments of ``WishMemory``.
struct RetryWish: Sendable {
    /// The run.
    let run: RunID
    /// The version to pin it to.
    let version: Int64
    /// Whether it walks from its first step.
    let fromStart: Bool
    /// Who asked.
    let actor: String
    /// When.
    let now: Timestamp
}

/// What the pieces of a ``Load`` came to, in its order.
struct Answers: Sendable {
    /// One for each delivery.
    var receipts: [Result<Receipt, StoreFailure>] = []
    /// One list for each batch, in its order; shorter, or none, where the load was left early.
    var settled: [Result<[Settled], StoreFailure>] = []
    /// One for each errand: the numbers that it gives, as ``Desk/perform(_:)`` says.
    var errands: [Result<[Int64], StoreFailure>] = []

    /// How many pieces of work were done.
    var count: Int {
        receipts.count + errands.count
            + settled.reduce(0) { count, batch in
                guard case .success(let settled) = batch else { return count }
                return count + settled.count
            }
    }

    /// The disk's failure, after which nothing more may be written.
    var broken: StoreFailure?

    /// No answer yet.
    init() {}

    /// The same failure for everything of a load.
    init(_ failure: StoreFailure, for load: Load) {
        receipts = load.deliveries.map { _ in .failure(failure) }
        settled = load.batches.map { _ in .failure(failure) }
        errands = load.errands.map { _ in .failure(failure) }
        if case .broken = failure { broken = failure }
    }
}
