import Synchronization

/// The addresses the listeners really have: the port may have been chosen by the system.
package final class BoundAddresses: Sendable {
    private let ports = Mutex<(listen: Int?, admin: Int?)>((nil, nil))

    /// The public listener's port; nil until it listens.
    package var listenPort: Int? {
        get { ports.withLock { $0.listen } }
        set { ports.withLock { $0.listen = newValue } }
    }

    /// The admin listener's port; nil until it listens.
    package var adminPort: Int? {
        get { ports.withLock { $0.admin } }
        set { ports.withLock { $0.admin = newValue } }
    }

    /// Knows nothing yet.
    package init() {}
}
