import Glibc
import Synchronization

/// Tells systemd how the daemon stands, over the datagram socket named by `NOTIFY_SOCKET`.
///
/// Source: sd_notify(3). Without the variable every call does nothing.
package struct ServiceNotifier: Sendable {
    /// The path of the socket; one that begins with `@` is abstract.
    private let socketPath: String?
    /// How often the watchdog wants to hear of us; nil where it is off or watches another process.
    package let watchdogInterval: Duration?

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    package init(environment: [String: String]) {
        let path = environment["NOTIFY_SOCKET"] ?? ""
        socketPath = path.hasPrefix("/") || path.hasPrefix("@") ? path : nil
        let isOurs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval =
            socketPath != nil && isOurs && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// Starting has ended, or a reload has: Till is in service.
    package func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }

    /// A reload has begun; `ready` ends it.
    package func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=reloading")
    }

    /// Stopping has begun.
    package func stopping() { send("STOPPING=1\nSTATUS=finishing what runs") }

    /// Still alive.
    package func alive() { send("WATCHDOG=1") }

    /// One line for `systemctl status`.
    package func status(_ text: String) { send("STATUS=\(text)") }

    /// Sends assignments, one a line.
    ///
    /// Nobody waits for it: what cannot be sent is lost, as with
    /// sd_notify itself.
    private func send(_ state: String) {
        guard let socketPath, var address = Self.address(socketPath) else { return }
        let handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
        guard handle >= 0 else { return }
        defer { close(handle) }
        let bytes = Array(state.utf8)
        let length = socklen_t(
            MemoryLayout<sa_family_t>.size + socketPath.utf8.count
                + (socketPath.hasPrefix("@") ? 0 : 1)
        )
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(handle, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }

    /// The socket's address; nil when the path is too long for one.
    private static func address(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        if path.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }
}
