internal import HummingbirdCore

/// Stops the listener from accepting while the lobby is full; the kernel lets the others wait.
struct Turnstile: AvailableConnectionsDelegate {
    /// Where connections are counted.
    let lobby: Lobby

    /// Nothing: the lobby itself sees who comes.
    func connectionOpened() {}

    /// Nothing: the lobby itself sees who goes.
    func connectionClosed() {}

    /// Whether there is room in the lobby.
    func isAcceptingNewConnections() -> Bool { lobby.hasRoom }
}
