/// The sample events that are built in: one for each event type that a shipped workflow takes.
package enum TriggerFixtures {
    /// The types there is a sample of, sorted.
    package static var types: [String] { fixtures.keys.sorted() }

    /// The sample of a type, JSON text; nil where there is none.
    package static func text(of type: String) -> String? {
        fixtures[type].map { String(decoding: $0, as: UTF8.self) }
    }

    private static let fixtures: [String: [UInt8]] = [
        "charge.dispute.closed": PackageResources.charge_dispute_closed_json,
        "charge.dispute.created": PackageResources.charge_dispute_created_json,
        "charge.refunded": PackageResources.charge_refunded_json,
        "charge.succeeded": PackageResources.charge_succeeded_json,
        "checkout.session.async_payment_failed":
            PackageResources.checkout_session_async_payment_failed_json,
        "checkout.session.async_payment_succeeded":
            PackageResources.checkout_session_async_payment_succeeded_json,
        "checkout.session.completed": PackageResources.checkout_session_completed_json,
        "payment_intent.canceled": PackageResources.payment_intent_canceled_json,
        "payment_intent.payment_failed": PackageResources.payment_intent_payment_failed_json,
        "payment_intent.succeeded": PackageResources.payment_intent_succeeded_json,
    ]
}
