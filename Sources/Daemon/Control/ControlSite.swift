import Admin
import Foundation
import HTTPTypes
package import Hummingbird
import Model
import NIOCore

/// The control socket's routes: HTTP with JSON bodies.
package struct ControlSite: Sendable {
    /// The largest request body, in bytes.
    private static let bodyLimit = 64 << 10

    private let desk: any ControlDesk

    /// Makes the site over whoever does what is asked.
    package init(desk: any ControlDesk) {
        self.desk = desk
    }

    /// The routes, ready to be served.
    package func responder() -> some HTTPResponder<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: PlainAnswers())
        router.get("/version") { _, _ in
            try Self.answer(["version": desk.version])
        }
        router.get("/status") { _, _ in try Self.answer(desk.status()) }
        router.post("/reload") { request, _ in
            try await Self.answering {
                let wish = try await Self.body(request, as: ControlWish.self)
                let report = await desk.reload(actor: wish.soundActor)
                return (report, report.applied ? .ok : .unprocessableContent)
            }
        }
        router.post("/runs/:id/retry") { request, context in
            try await Self.answering {
                let wish = try await Self.body(request, as: RetryWish.self)
                return (try await desk.retry(try Self.run(in: context), wish), .ok)
            }
        }
        router.post("/runs/:id/resolve") { request, context in
            try await Self.answering {
                let wish = try await Self.body(request, as: ResolveWish.self)
                return (try await desk.resolve(try Self.run(in: context), wish), .ok)
            }
        }
        router.post("/runs/:id/cancel") { request, context in
            try await Self.answering {
                let wish = try await Self.body(request, as: ResolveWish.self)
                return (try await desk.cancel(try Self.run(in: context), wish), .ok)
            }
        }
        router.post("/backups") { request, _ in
            try await Self.answering {
                (try await desk.note(try await Self.body(request, as: BackupNote.self)), .ok)
            }
        }
        router.post("/dead/retry") { request, _ in
            try await Self.answering {
                let wish = try await Self.body(request, as: RetryWish.self)
                return (try await desk.retryDead(wish), .ok)
            }
        }
        router.post("/events/release") { request, _ in
            try await Self.answering {
                let wish = try await Self.body(request, as: ReleaseWish.self)
                return (try await desk.release(wish), .ok)
            }
        }
        return router.buildResponder()
    }

    /// The run that a path names.
    private static func run(in context: BasicRequestContext) throws -> RunID {
        guard let number = Int64(context.parameters.get("id") ?? "") else {
            throw ControlRefusal("a run's id is a number; see: till runs ls")
        }
        return RunID(number)
    }

    /// Runs a route; a refusal becomes an answer that says why.
    private static func answering<Report: Encodable>(
        _ work: () async throws -> (Report, HTTPResponse.Status)
    ) async throws -> Response {
        do {
            let (report, status) = try await work()
            return try answer(report, status: status)
        } catch let refusal as ControlRefusal {
            return try answer(["error": refusal.description], status: .conflict)
        }
    }

    /// The body as JSON; none at all counts as `{}`.
    private static func body<Wish: Decodable>(
        _ request: Request,
        as type: Wish.Type
    ) async throws -> Wish {
        let buffer = try await request.body.collect(upTo: bodyLimit)
        let bytes = buffer.readableBytes == 0 ? Data("{}".utf8) : Data(buffer.readableBytesView)
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch {
            throw ControlRefusal("the request's body is not understood: \(error)")
        }
    }

    private static func answer(
        _ report: some Encodable,
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(report)))
        )
    }
}
