import HTTPTypes
package import Hummingbird

/// The loopback listener's pages: health, readiness, metrics; everything else is 404.
///
/// It changes nothing and shows nothing personal, so it needs no login; it is bound to loopback by
/// default all the same.
package struct AdminSite: Sendable {
    private let readiness: @Sendable () -> Readiness
    private let metrics: @Sendable () async -> String

    /// Makes the site.
    ///
    /// - Parameters:
    ///   - readiness: Asked at each `/-/ready`.
    ///   - metrics: Gives the Prometheus text of each `/metrics`.
    package init(
        readiness: @escaping @Sendable () -> Readiness,
        metrics: @escaping @Sendable () async -> String
    ) {
        self.readiness = readiness
        self.metrics = metrics
    }

    /// The pages, ready to be served.
    package func responder() -> some HTTPResponder<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: PlainAnswers())
        router.get("/-/healthy") { _, _ in Self.text("healthy\n") }
        router.get("/-/ready") { _, _ in
            switch readiness() {
            case .ready: Self.text("ready\n")
            case .unready(let why): Self.text("not ready: \(why)\n", status: .serviceUnavailable)
            }
        }
        router.get("/metrics") { _, _ in
            let text = await metrics()
            return Self.text(text, type: "text/plain; version=0.0.4; charset=utf-8")
        }
        return router.buildResponder()
    }

    private static func text(
        _ text: String,
        status: HTTPResponse.Status = .ok,
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
