internal import Logging
internal import Metrics
internal import Model
internal import Store
internal import Synchronization

/// Counts every answer and logs the refusals, at most a few each second so that a flood stays
/// cheap.
final class DoorJournal: Sendable {
    private struct Window {
        var second: Int64 = 0
        var written = 0
        var silenced = 0
    }

    /// Log lines for refusals in one second; the rest is counted and told in the next line.
    private static let linesPerSecond = 10

    private let logger: Logger
    private let counters: [String: Counter]
    private let duration = Timer(label: "till_webhook_ack_duration_seconds")
    private let refused = Mutex(Window())
    private let limited = Mutex(Window())
    private let began = ContinuousClock.now

    /// Makes the journal; the counters exist from the start, at zero.
    init(logger: Logger) {
        self.logger = logger
        let pairs = Answer.codes.map { code in
            (code, Counter(label: "till_webhook_requests_total", dimensions: [("outcome", code)]))
        }
        counters = Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Notes one answer.
    ///
    /// - Parameters:
    ///   - answer: What was answered.
    ///   - endpoint: Which endpoint's, where one was found.
    ///   - event: What was delivered, where that could be read.
    ///   - start: When the request's head was read; nil where the time says nothing.
    func note(
        _ answer: Answer,
        endpoint: String? = nil,
        event: Delivery? = nil,
        since start: ContinuousClock.Instant? = nil
    ) {
        counters[answer.code]?.increment()
        if let start { duration.record(duration: ContinuousClock.now - start) }
        switch answer {
        case .limited: break
        case .stored, .duplicate:
            logger.debug(
                "webhook taken",
                metadata: [
                    "outcome": "\(answer.code)", "event_id": "\(event?.id.text ?? "")",
                    "event_type": "\(event?.type ?? "")",
                ]
            )
        default:
            guard let silenced = refused.withLock({ mayWrite(&$0) }) else { return }
            var metadata: Logger.Metadata = [
                "reason": "\(answer.code)", "detail": "\(answer.message)",
            ]
            if let endpoint { metadata["endpoint"] = "\(endpoint)" }
            if let event { metadata["event_id"] = "\(event.id)" }
            if silenced > 0 { metadata["silenced"] = "\(silenced)" }
            let level: Logger.Level = answer.status >= 500 ? .error : .warning
            logger.log(level: level, "webhook refused", metadata: metadata)
        }
    }

    /// Notes that a client is not told reasons for now.
    func note(limited client: String, forSeconds seconds: Int) {
        // Apart from the refusals, which have used theirs up by now.
        guard let silenced = limited.withLock({ mayWrite(&$0) }) else { return }
        var metadata: Logger.Metadata = ["client": "\(client)", "seconds": "\(seconds)"]
        if silenced > 0 { metadata["silenced"] = "\(silenced)" }
        logger.warning("client refused too often", metadata: metadata)
    }

    /// How many lines were held back before this one; nil where this one must be held back.
    private func mayWrite(_ window: inout Window) -> Int? {
        let second = (ContinuousClock.now - began).components.seconds
        if window.second != second {
            window.second = second
            window.written = 0
        }
        guard window.written < Self.linesPerSecond else {
            window.silenced += 1
            return nil
        }
        window.written += 1
        defer { window.silenced = 0 }
        return window.silenced
    }
}
