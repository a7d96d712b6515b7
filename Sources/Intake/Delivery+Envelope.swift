package import Model
package import Store
package import Stripe

extension Delivery {
    /// What is written down of an event.
    ///
    /// - Parameters:
    ///   - event: Its outer members.
    ///   - body: Its text.
    ///   - endpoint: The endpoint that took it.
    ///   - secretSlot: Which of the endpoint's secrets matched, from 1.
    ///   - moment: When it arrived.
    ///   - hold: Why it must not run by itself; nil to run.
    package init(
        of event: EventEnvelope,
        body: String,
        endpoint: String,
        secretSlot: Int = 1,
        at moment: Timestamp,
        hold: String? = nil
    ) {
        self.init(
            id: EventID(event.id),
            type: event.type,
            created: Timestamp(seconds: event.created),
            livemode: event.livemode,
            account: event.account,
            apiVersion: event.apiVersion,
            objectID: event.objectID,
            lane: event.lane,
            isThin: event.isThin,
            endpoint: endpoint,
            secretSlot: secretSlot,
            receivedAt: moment,
            hold: hold,
            body: body
        )
    }
}
