import Intake
import Model
import Store
import Stripe
import Telemetry

/// The n-th made-up payment, about as long as Stripe's.
enum ProbeEvent {
    /// The delivery that the door would make of it.
    static func delivery(_ number: Int) throws -> Delivery {
        let body = body(number)
        return Delivery(
            of: try EventEnvelope.read(body),
            body: body,
            endpoint: "stripe",
            at: LogSink.now()
        )
    }

    /// The event's text: what the shipped workflow reads, and padding to 3 kB.
    private static func body(_ number: Int) -> String {
        // Stripe's ids share a beginning that grows with time; the rest is random.
        let mixed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        let id = "1S\(10_000 + number / 500)\(String(mixed, radix: 36))"
        return """
            {
              "id": "evt_\(id)", "object": "event", "api_version": "2025-08-27.basil",
              "created": \(1_760_000_000 + number / 100), "livemode": false,
              "type": "payment_intent.succeeded", "pending_webhooks": 1,
              "request": {"id": "req_\(id)", "idempotency_key": null},
              "data": {"object": {
                "id": "pi_\(id)", "object": "payment_intent", "amount": 4990,
                "amount_received": 4990, "currency": "usd", "customer": "cus_\(number % 5000)",
                "latest_charge": "ch_\(id)", "livemode": false, "receipt_email": null,
                "status": "succeeded", "metadata": {"order_id": "order-\(number)"},
                "description": "\(padding)"
              }}
            }
            """
    }

    private static let padding = String(repeating: "made for measuring ", count: 120)
}
