import ServiceLifecycle

/// Tells systemd's watchdog at twice the asked rate that the process still gets work done.
struct WatchdogBeat: Service {
    /// Where it is told.
    let notifier: ServiceNotifier

    func run() async throws {
        guard let interval = notifier.watchdogInterval else {
            try await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                notifier.alive()
                do {
                    try await Task.sleep(for: interval / 2)
                } catch {
                    return  // The only error is cancellation: the daemon stops.
                }
            }
        }
    }
}
