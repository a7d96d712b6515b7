import Logging
import Telemetry

/// What the HTTP servers themselves say: warnings and worse, less the noise of being stopped.
struct ServerLogHandler: LogHandler {
    /// What a server says of every connection that a stop cuts, and of closing twice.
    private static let noise = ["CancellationError()", "Already closed"]

    private var inner: LineLogHandler

    /// Wraps the handler that writes.
    init(_ inner: LineLogHandler) {
        self.inner = inner
        self.inner.logLevel = .warning
    }

    var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }

    /// One value of the metadata.
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        let text = event.message.description
        if Self.noise.contains(where: text.hasSuffix) { return }
        inner.log(event: event)
    }
}
