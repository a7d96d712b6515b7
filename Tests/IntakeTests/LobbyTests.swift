import Synchronization
import Testing

@testable import Intake

@Suite struct `The lobby` {
    /// A connection that knows whether it was closed.
    final class Line: Sendable {
        let isOpen = Atomic(true)
    }

    let lobby = Lobby(capacity: 2)
    let lines = (0..<4).map { _ in Line() }

    private func enter(_ number: Int) -> LobbySeat {
        lobby.enter { [line = lines[number]] in line.isOpen.store(false, ordering: .relaxed) }
    }

    private var open: [Int] {
        lines.indices.filter { lines[$0].isOpen.load(ordering: .relaxed) }
    }

    @Test func `closes whoever has waited longest when there are too many`() {
        let first = enter(0)
        let second = enter(1)
        #expect(lobby.hasRoom)
        lobby.serve(first)
        lobby.wait(first)
        _ = enter(2)
        #expect(open == [0, 2, 3])
        lobby.leave(second)
        _ = enter(3)
        #expect(open == [2, 3])
    }

    @Test func `never closes one that is being served, and lets nobody else in then`() {
        let first = enter(0)
        let second = enter(1)
        lobby.serve(first)
        lobby.serve(second)
        lobby.serve(enter(2))
        #expect(open == [0, 1, 2, 3])
        #expect(!lobby.hasRoom)
        // The first one that has been served makes room; the next one may stay.
        lobby.wait(second)
        lobby.leave(second)
        #expect(open == [0, 2, 3])
        #expect(lobby.hasRoom)
        lobby.wait(first)
        #expect(open == [0, 2, 3])
    }
}
