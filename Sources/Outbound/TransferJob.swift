import Model

/// One thing that the curl thread is asked to do, and who waits for its end.
struct TransferJob: Sendable {
    /// What is to be transferred.
    enum Order: Sendable {
        case request(HTTPRequest)
        case mail(MailEnvelope, MailServer, onFreshConnection: Bool)
    }

    /// Its number, by which it can be canceled.
    let id: Int
    /// What is to be transferred.
    let order: Order
    /// Everything it may take.
    let timeout: Duration
    /// Who waits.
    let waiting: CheckedContinuation<TransferEnd, Never>
}
