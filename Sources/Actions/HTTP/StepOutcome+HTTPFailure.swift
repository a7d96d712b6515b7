import Model
import Outbound

extension StepOutcome {
    /// What the lack of an answer means for a step.
    init(_ failure: HTTPFailure) {
        self =
            switch failure {
            case .lost(let why): .unsure(why)
            case .refused(let why):
                .failed(StepFailure(why, fault: failure.fault, isFinal: true))
            case .untrusted(let why), .unsent(let why):
                // Nothing was sent: trying again is safe and helps once the peer is right again.
                .failed(StepFailure(why, fault: failure.fault))
            }
    }
}
