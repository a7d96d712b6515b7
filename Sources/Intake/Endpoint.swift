package import Model
package import Stripe

/// One address that Stripe posts to, as the settings describe it.
package struct Endpoint: Sendable {
    /// Its name in settings, expressions and records.
    package let name: String
    /// The request path, beginning with a slash.
    package let path: String
    /// Its signing secrets, made ready; all are tried, so that a secret can be rolled.
    package let keys: [StripeSignature.Key]
    /// Which of Stripe's worlds it is for; an event of the other one is held.
    package let mode: Mode
    /// The connected account it is for; an event of another one is held.
    ///
    /// nil for any.
    package let account: String?
    /// Which of Stripe's two payload styles it takes.
    package let payload: Payload
    /// How far a signature's time may be from now.
    package let tolerance: Duration

    /// Stripe's two payload styles.
    ///
    /// Source: Stripe "Event destinations".
    package enum Payload: String, Sendable, CaseIterable {
        /// Events with a snapshot of their object.
        case snapshot
        /// Events with a reference to their object (`v2.core.event`).
        case thin
        /// Both.
        case any
    }

    /// Makes an endpoint; it must have at least one secret.
    package init(
        name: String,
        path: String,
        secrets: [Secret],
        mode: Mode = .any,
        account: String? = nil,
        payload: Payload = .any,
        tolerance: Duration = Limits.signatureTolerance
    ) {
        precondition(!secrets.isEmpty, "an endpoint without a signing secret would take anything")
        self.name = name
        self.path = path
        keys = secrets.map { StripeSignature.Key($0) }
        self.mode = mode
        self.account = account
        self.payload = payload
        self.tolerance = tolerance
    }

    /// Why an event must be stored without being run; nil where it may run.
    func holdReason(of event: EventEnvelope) -> String? {
        if !mode.fits(livemode: event.livemode) {
            let world = event.livemode ? "live" : "test"
            return "it is a \(world) event, endpoint \"\(name)\" is for mode \(mode.rawValue)"
        }
        if let account, event.account != account {
            return
                "it is of account \(event.account ?? "the platform"), endpoint \"\(name)\" is for "
                + account
        }
        return nil
    }
}
