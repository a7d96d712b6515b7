import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Acts on signals: SIGHUP reloads, SIGTERM and SIGINT stop in order, a second one stops at once.
///
/// It is the first service of the group and so the last to end, to hear a second signal.
struct SignalWatch: Service {
    /// The signals, trapped before anything else was done so that none is lost or kills a start.
    let signals: UnixSignalsSequence
    /// Reads and applies the settings again; returns when that is done.
    let reload: @Sendable () async -> Void
    /// Begins an orderly stop; returns at once.
    let stop: @Sendable () async -> Void
    /// Where signals are told.
    let logger: Logger

    /// Traps the signals that Till acts on.
    static func trap() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sighup, .sigterm, .sigint)
    }

    func run() async throws {
        let (hangups, hangup) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        await withTaskGroup(of: Void.self) { group in
            // A reload must not keep a stop waiting, so it runs beside the listening.
            group.addTask { for await _ in hangups { await reload() } }
            var isStopping = false
            for await signal in signals.cancelOnGracefulShutdown() {
                if signal == .sighup {
                    hangup.yield()
                } else if isStopping {
                    logger.warning("stopped at once", metadata: ["signal": "\(signal)"])
                    exit(128 + signal.rawValue)
                } else {
                    isStopping = true
                    logger.notice("stopping", metadata: ["signal": "\(signal)"])
                    await stop()
                }
            }
            hangup.finish()
        }
    }
}
