internal import Synchronization

/// An open connection's place in the lobby.
final class LobbySeat: Sendable {
    /// Closes the connection, once what was written is on its way.
    let close: @Sendable () -> Void
    /// Since which turn it waits for its peer; `.max` while its request is served.
    let turn: Atomic<UInt64>

    /// Takes a place.
    init(turn: UInt64, close: @escaping @Sendable () -> Void) {
        self.close = close
        self.turn = Atomic(turn)
    }
}
