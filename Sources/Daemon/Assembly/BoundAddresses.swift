import Synchronization

/// The addresses the listeners really have: the port may have been chosen by the system.
package final class BoundAddresses: Sendable {
    /// The listeners that must be there before Till is in service.
    enum Listener: Sendable, CaseIterable {
        case intake, admin, control
    }

    private let ports = Mutex<[Listener: Int]>([:])

    /// Knows nothing yet.
    init() {}

    /// The public listener's port; nil until it listens.
    package var listenPort: Int? { ports.withLock { $0[.intake] } }

    /// The admin listener's port; nil until it listens.
    package var adminPort: Int? { ports.withLock { $0[.admin] } }

    /// Takes note that a listener listens.
    ///
    /// - Parameters:
    ///   - listener: Which.
    ///   - port: Its port; the control socket has none.
    /// - Returns: Whether it was the last one: Till is in service now.
    func note(_ listener: Listener, port: Int?) -> Bool {
        ports.withLock { ports in
            ports[listener] = port ?? 0
            return ports.count == Listener.allCases.count
        }
    }
}
