#if DEBUG
import Model
import Store

extension Load {
    /// The pieces that were done.
    func done(_ answers: Answers) -> Load {
        var load = self
        load.batches = zip(batches, answers.settled).map { batch, settled in
            guard case .success(let settled) = settled else { return [] }
            return batch.prefix(settled.count)
        }
        return load
    }

    /// Passes the crash points of everything it carries, on one side of its commit.
    func passCrashPoints(isCommitted: Bool) {
        for delivery in deliveries {
            CrashPoint.pass(isCommitted ? .afterRecord : .beforeRecord, delivery.id.text)
        }
        for settlement in batches.joined() {
            switch settlement {
            case .chosen(let event, _):
                CrashPoint.pass(isCommitted ? .afterChoice : .beforeChoice, event.id.text)
            case .began(let step):
                CrashPoint.pass(isCommitted ? .afterBegin : .beforeBegin, step.key)
            case .ended(let step, _, _), .effect(let step, _, _):
                CrashPoint.pass(isCommitted ? .afterSettle : .beforeSettle, step.key)
            case .suspected, .cleared, .abandoned, .suspectedEvent, .held: break
            }
        }
        for errand in errands {
            CrashPoint.pass(isCommitted ? .afterErrand : .beforeErrand, "\(errand)")
        }
    }
}
#endif
