import Model
import Store

/// What the engine sends to the store at once, with what to do once it is written.
struct Batch {
    /// One piece of work.
    struct Item {
        /// What is written.
        let settlement: Settlement
        /// What it is about.
        let subject: Subject
        /// When it was put in.
        let at: ContinuousClock.Instant

        /// The run that it is about; nil for a choice.
        var run: RunID? {
            switch subject {
            case .choice, .suspectEvent, .hold: nil
            case .begin(let run, _), .step(let run, _), .suspect(let run): run.id
            case .abandon(let id, _, _, _), .noted(let id): id
            }
        }
    }

    /// What a settlement is about, for the loop.
    enum Subject {
        /// An event whose runs are made.
        case choice(StoredEvent, [Walking])
        /// An outward attempt that begins once it is on record.
        case begin(Walking, Attempt)
        /// A step that ends in this transaction.
        case step(Walking, StepRef)
        /// A run that is marked before it is walked with care.
        case suspect(Walking)
        /// A run that is given up.
        case abandon(RunID, _ workflow: String, EventID, _ reason: String)
        /// An event that is marked before its workflows are chosen with care.
        case suspectEvent(StoredEvent)
        /// An event that is set aside.
        case hold(StoredEvent, _ reason: String)
        /// A mark beside another piece of the same run.
        case noted(RunID)
    }

    /// The pieces in order.
    private(set) var items: [Item] = []

    /// Whether there is nothing to write.
    var isEmpty: Bool { items.isEmpty }

    /// Whether it is as large as one transaction should be.
    var isFull: Bool { items.count >= Limits.settlementsPerCommit }

    /// Adds a piece.
    mutating func add(_ settlement: Settlement, _ subject: Subject) {
        items.append(Item(settlement: settlement, subject: subject, at: .now))
    }
}
