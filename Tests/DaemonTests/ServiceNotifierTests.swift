import Daemon
import Foundation
import Glibc
import Testing

/// A datagram socket that plays systemd.
private struct Listener: ~Copyable {
    let handle: Int32
    private let path: String

    /// Binds a path; `@` in front makes it abstract.
    init(_ path: String) throws {
        self.path = path
        handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if path.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, length)
            }
        }
        try #require(bound == 0)
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(
            handle,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }

    deinit {
        close(handle)
        unlink(path)
    }

    /// The next datagram.
    func next() -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(handle, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

@Suite struct `Notifying systemd` {
    @Test(arguments: [true, false])
    func `each state arrives as one datagram`(isAbstract: Bool) throws {
        let name = "till-notify-\(UUID().uuidString.prefix(8))"
        let path = isAbstract ? "@\(name)" : "/tmp/\(name)"
        let listener = try Listener(path)
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": path])

        notifier.ready("serving 2 workflows")
        #expect(listener.next() == "READY=1\nSTATUS=serving 2 workflows")
        notifier.reloading()
        let reloading = listener.next().split(separator: "\n")
        #expect(reloading.first == "RELOADING=1")
        let time = reloading.dropFirst().first?.split(separator: "=")
        #expect(time?.first == "MONOTONIC_USEC")
        #expect(time?.last.flatMap { Int64($0) } ?? 0 > 0)
        notifier.stopping()
        #expect(listener.next().hasPrefix("STOPPING=1\n"))
        notifier.alive()
        #expect(listener.next() == "WATCHDOG=1")
    }

    @Test func `the watchdog is beaten only when it means this process`() {
        let ours = [
            "NOTIFY_SOCKET": "/tmp/none", "WATCHDOG_USEC": "10000000",
            "WATCHDOG_PID": "\(getpid())",
        ]

        #expect(ServiceNotifier(environment: ours).watchdogInterval == .seconds(10))
        #expect(
            ServiceNotifier(environment: ours.merging(["WATCHDOG_PID": "1"]) { $1 })
                .watchdogInterval == nil
        )
        #expect(ServiceNotifier(environment: [:]).watchdogInterval == nil)
    }

    @Test func `without a socket, or with an impossible one, nothing happens`() {
        ServiceNotifier(environment: [:]).ready("x")
        ServiceNotifier(environment: ["NOTIFY_SOCKET": "/tmp/not-there"]).ready("x")
        ServiceNotifier(
            environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]
        ).ready("x")
    }
}
