import Actions
import Model
import Outbound
import Plugins

/// The mail server of a world.
struct SimulatedTransport: MailTransport {
    /// Where it stands.
    let stage: Stage

    func deliver(_ mail: OutgoingMail, within limit: Duration) async throws(MailFailure) {
        guard let world = stage.world, let call = WatchedAction.call else {
            throw .unsent("there is no world")
        }
        let content = "\(mail.to) \(mail.subject)\n\(mail.text)"
        switch await world.peers.answer(call, key: mail.messageID, content, within: limit) {
        case .done: return
        case .notNow: throw .deferred("451 not now")
        case .never: throw .refused("550 no such mailbox")
        case .unsent: throw .unsent("no connection")
        case .lost: throw .unsure("the answer was lost")
        }
    }
}

/// The HTTP servers of a world.
struct SimulatedClient: HTTPSending {
    /// Where they stand.
    let stage: Stage

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        guard let world = stage.world, let call = WatchedAction.call else {
            throw .unsent("there is no world")
        }
        let body = String(decoding: request.body ?? [], as: UTF8.self)
        let isSentry = request.url.host == "sentry.example"
        let key =
            isSentry
            ? Self.eventID(in: body)
            : request.headers.first {
                $0.name == "Idempotency-Key"
            }?.value
        // A report says when it was sent; everything else of it stays.
        let content = isSentry ? "" : "\(request.method) \(request.url.text)\n\(body)"
        let answer = await world.peers.answer(
            call,
            key: key ?? "",
            content,
            within: request.timeout
        )
        switch answer {
        case .done: return HTTPResponse(status: 200, body: Array("{\"ok\":true}".utf8))
        case .notNow: return HTTPResponse(status: 503)
        case .never: return HTTPResponse(status: 422)
        case .unsent: throw .unsent("no connection")
        case .lost: throw .lost("the answer was lost")
        }
    }

    /// The id that an envelope's first line gives its event.
    private static func eventID(in envelope: String) -> String? {
        let mark = "\"event_id\":\""
        guard let start = envelope.firstRange(of: mark)?.upperBound else { return nil }
        return String(envelope[start...].prefix { $0 != "\"" })
    }
}
