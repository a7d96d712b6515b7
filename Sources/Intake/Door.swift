package import Hummingbird
internal import HTTPTypes
package import Logging
package import Model
internal import NIOCore
package import Store
internal import Stripe
internal import Synchronization

/// Where Stripe's deliveries come in: limits, prove, record, answer; the answer follows the commit.
package final class Door: HTTPResponder, Sendable {
    package typealias Context = DoorContext

    private let endpoints: Mutex<[String: Endpoint]>
    private let store: any Recording
    private let bodyLimit: Int
    private let refusals: RefusalLimit
    private let clock: WallClock
    private let journal: DoorJournal

    /// What the door takes of one client.
    package struct Bounds: Sendable {
        /// The largest body in bytes.
        package var body = Limits.body
        /// Refused requests in a minute that are answered with a reason.
        package var refusedPerMinute = Limits.refusedPerMinute

        /// The defaults.
        package init() {}
    }

    /// Opens the door for some endpoints.
    ///
    /// - Parameters:
    ///   - endpoints: The addresses it knows; paths must differ.
    ///   - store: Where deliveries are written down.
    ///   - bounds: What it takes of one client.
    ///   - clock: The time of receipt.
    ///   - logger: Gets one line for each refusal.
    package init(
        endpoints: [Endpoint],
        store: any Recording,
        bounds: Bounds = Bounds(),
        clock: @escaping WallClock,
        logger: Logger
    ) {
        self.endpoints = Mutex(Self.table(endpoints))
        self.store = store
        bodyLimit = bounds.body
        refusals = RefusalLimit(perMinute: bounds.refusedPerMinute)
        self.clock = clock
        journal = DoorJournal(logger: logger)
    }

    /// Puts other endpoints in force; requests under way keep the one they began with.
    package func replace(endpoints: [Endpoint]) {
        let table = Self.table(endpoints)
        self.endpoints.withLock { $0 = table }
    }

    private static func table(_ endpoints: [Endpoint]) -> [String: Endpoint] {
        Dictionary(endpoints.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func respond(to request: Request, context: DoorContext) async throws -> Response {
        let start = ContinuousClock.now
        let path = request.uri.path
        guard let endpoint = endpoints.withLock({ $0[path] }) else {
            return close(.noEndpoint(path: path), context)
        }
        let signature = request.headers[.stripeSignature]
        if let refusal = refusal(ofHead: request)
            ?? refusal(ofSignature: signature, at: endpoint, context)
        {
            return close(refusal, context)
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: bodyLimit)
        } catch is NIOTooManyBytesError {
            return close(.tooLarge(limit: bodyLimit), context)
        } catch {
            return close(.cutOff, context)
        }
        let (answer, event) = await take(body, for: endpoint, signature: signature)
        if answer.isRefusal, let limited = limited(context) {
            journal.note(limited)
            return limited.response(closes: true)
        }
        journal.note(answer, endpoint: endpoint.name, event: event, since: start)
        return answer.response()
    }

    /// What the signature's header alone rules out, asked where the client has been refused so
    /// often that its bodies are no longer worth reading.
    private func refusal(
        ofSignature header: String?,
        at endpoint: Endpoint,
        _ context: DoorContext
    ) -> Answer? {
        guard refusals.count > 0 else { return nil }
        let now = clock()
        guard refusals.wait(of: context.client, now: now) != nil else { return nil }
        do {
            try StripeSignature.checkHeader(header, now: now, tolerance: endpoint.tolerance)
            return nil
        } catch {
            return .unproven(error)
        }
    }

    /// The answer that a client gets instead of a reason; nil where it is told the reason.
    private func limited(_ context: DoorContext) -> Answer? {
        guard case .limited(let seconds, let isNews) = refusals.refuse(context.client, now: clock())
        else { return nil }
        if isNews { journal.note(limited: context.address, forSeconds: seconds) }
        return .limited(seconds: seconds)
    }

    /// What the head alone rules out.
    private func refusal(ofHead request: Request) -> Answer? {
        guard request.method == .post else { return .notPost(method: request.method.rawValue) }
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            return .notJSONType("encoded as \(encoding)")
        }
        if let coding = request.headers[.transferEncoding], coding.lowercased() != "chunked" {
            return .notJSONType("sent as \(coding)")
        }
        if let type = request.headers[.contentType], !Self.isJSON(type) {
            return .notJSONType(type)
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bodyLimit {
            return .tooLarge(limit: bodyLimit)
        }
        return nil
    }

    private static func isJSON(_ type: String) -> Bool {
        // What Stripe says, and nearly everybody else.
        if type == "application/json" || type == "application/json; charset=utf-8" { return true }
        let essence = type.prefix { $0 != ";" }.lowercased()
        return essence.trimmingPrefix(" ").hasPrefix("application/json")
    }

    /// Prove, read, record; the delivery is told where it got as far as recording.
    private func take(
        _ body: ByteBuffer,
        for endpoint: Endpoint,
        signature: String?
    ) async -> (Answer, Delivery?) {
        let now = clock()
        let slot: Int
        do {
            slot = try StripeSignature.prove(
                signature,
                body: body.readableBytesSpan,
                keys: endpoint.keys,
                now: now,
                tolerance: endpoint.tolerance
            )
        } catch {
            return (.unproven(error), nil)
        }
        guard let text = Self.text(body) else { return (.notUTF8, nil) }
        let event: EventEnvelope
        do {
            event = try EventEnvelope.read(text)
        } catch {
            return (.noEvent(error), nil)
        }
        if event.isThin ? endpoint.payload == .snapshot : endpoint.payload == .thin {
            return (.wrongPayload(isThin: event.isThin), nil)
        }
        let delivery = Delivery(
            of: event,
            body: text,
            endpoint: endpoint.name,
            secretSlot: slot,
            at: now,
            hold: endpoint.holdReason(of: event)
        )
        do {
            let receipt = try await store.record(delivery)
            #if DEBUG
            CrashPoint.pass(.beforeAnswer, delivery.id.text)
            #endif
            return (receipt == .stored ? .stored : .duplicate, delivery)
        } catch {
            return (.notStored(error), delivery)
        }
    }

    /// The body as text; nil where it is not UTF-8.
    private static func text(_ body: ByteBuffer) -> String? {
        do {
            return try body.getUTF8ValidatedString(
                at: body.readerIndex,
                length: body.readableBytes
            )
        } catch {
            // swallow: the only error is "not UTF-8", which nil says.
            return nil
        }
    }

    /// Answers a request whose body is left unread: the connection ends with the answer.
    private func close(_ refusal: Answer, _ context: DoorContext) -> Response {
        let answer = limited(context) ?? refusal
        journal.note(answer)
        return answer.response(closes: true)
    }
}

extension HTTPField.Name {
    /// `Stripe-Signature`, a valid token by RFC 9110 §5.1.
    fileprivate static let stripeSignature: HTTPField.Name = {
        guard let name = HTTPField.Name("Stripe-Signature") else {
            preconditionFailure("Stripe-Signature is a token")
        }
        return name
    }()
}
