import Synchronization

/// The threads that mails leave by, one mail on each at a time.
///
/// Why: libcurl keeps the thread while it waits for a mail server's last reply, so that a slow
/// server would hold up every other transfer of that thread.
final class MailLanes: Sendable {
    private struct State {
        var all: [CurlLoop] = []
        var idle: [CurlLoop] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    /// A lane of one's own: the one that was used last, with its connection, or a new one.
    ///
    /// Who takes it bounds how many there are.
    func take() -> CurlLoop {
        state.withLock { state in
            if let lane = state.idle.popLast() { return lane }
            let lane = CurlLoop()
            state.all.append(lane)
            if state.isClosed { lane.close() }
            return lane
        }
    }

    /// Gives a lane back.
    func giveBack(_ lane: CurlLoop) {
        state.withLock { $0.idle.append(lane) }
    }

    /// Ends what is under way and lets the threads go.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for lane in state.all { lane.close() }
        }
    }
}
