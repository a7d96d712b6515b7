import NIOCore
import Synchronization

/// The listening sockets, so that they can stop accepting before the servers stop.
///
/// A server that stops with a connection just accepted, not yet handed to it, traps.
final class OpenDoors: Sendable {
    /// What a connection takes from the kernel to its server, many times over.
    static let moment = Duration.milliseconds(250)

    private let channels = Mutex<[any Channel]>([])

    /// A listener listens.
    func add(_ channel: any Channel) {
        channels.withLock { $0.append(channel) }
    }

    /// Accepts no connection any more and lets those arrive that were.
    ///
    /// Whoever calls it waits, also where another one has begun: a failure of the disk is noticed
    /// in two places at once, and the first that goes on stops the servers.
    func close() async {
        let listening = channels.withLock { $0 }
        guard !listening.isEmpty else { return }
        for channel in listening {
            do {
                try await channel.setOption(.autoRead, value: false).get()
            } catch {
                // swallow: it is closed already, which is as good.
                continue
            }
        }
        do {
            try await Task.sleep(for: Self.moment)
        } catch {
            // swallow: who cancels does not want to wait.
            return
        }
    }
}
