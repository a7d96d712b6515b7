import NIOCore
import NIOPosix
import Testing

@testable import Daemon

@Suite struct `Doors that close` {
    @Test func `who closes them waits for what was accepted, the second one too`() async throws {
        let doors = OpenDoors()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        doors.add(listener)

        for _ in 1...2 {
            let begin = ContinuousClock.now
            await doors.close()
            #expect(ContinuousClock.now - begin >= OpenDoors.moment)
        }

        #expect(try await listener.getOption(.autoRead).get() == false)
        try await listener.close()
    }
}
