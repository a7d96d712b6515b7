import Foundation
import Hummingbird
import Intake
import Logging
import Model
import Store
import Stripe
import Telemetry

/// Till's public listener without what stands behind it.
enum BareServer {
    /// Answers 200 to everything, its body read.
    static func answer(listen: (host: String, port: Int)) async throws {
        let reader = CallbackResponder<DoorContext> { request, _ in
            _ = try await request.body.collect(upTo: Limits.body)
            return Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: #"{"received":true}"#))
            )
        }
        try await serve(reader, listen)
    }

    /// Proves, reads and answers as Till does, and stores nothing.
    static func verify(listen: (host: String, port: Int)) async throws {
        guard let secret = ProcessInfo.processInfo.environment["STRIPE_WEBHOOK_SECRET"] else {
            throw ProbeMistake("set STRIPE_WEBHOOK_SECRET")
        }
        try await serve(door(secret: secret, store: Nowhere()), listen)
    }

    /// A door whose signatures stay valid for a whole session of measuring.
    static func door(secret: String, store: any Recording) -> Door {
        let endpoint = Endpoint(
            name: "stripe",
            path: "/webhooks/stripe",
            secrets: [Secret(secret)],
            tolerance: .seconds(86_400)
        )
        return Door(endpoints: [endpoint], store: store, clock: LogSink.now, logger: silence)
    }

    /// A logger that says nothing.
    static let silence = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

    private static func serve<Responder: HTTPResponder>(
        _ responder: Responder,
        _ listen: (host: String, port: Int)
    ) async throws where Responder.Context == DoorContext {
        let server = PublicServer.make(
            door: responder,
            address: .hostname(listen.host, port: listen.port),
            logger: silence,
            onRunning: { _ in
                FileHandle.standardOutput.write(Data("ready\n".utf8))
            }
        )
        try await server.run()
    }
}

/// A store that keeps nothing.
struct Nowhere: Recording {
    func record(_ delivery: Delivery) async throws(StoreFailure) -> Receipt { .stored }
}
