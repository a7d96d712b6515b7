import Daemon
import Foundation
import Glibc
import Model
import SQLiteStore
import Store
import Testing

@Suite struct `Starting and stopping` {
    private func fixture(_ settings: String = "") throws -> DaemonFixture {
        try DaemonFixture(settings: settings, workflows: ["order-paid": orderPaid])
    }

    @Test func `a second daemon on the same state folder is kept out`() async throws {
        let fixture = try fixture()
        try await fixture.serving { _ in
            let failure = await #expect(throws: StartFailure.self) {
                _ = try await fixture.assemble()
            }
            #expect(failure?.exitCode == .unavailable)
            #expect(failure?.description.contains("in use") == true)
        }
    }

    @Test func `an address that is taken ends the start and says which`() async throws {
        try await fixture().serving { till in
            let port = till.till.addresses.listenPort ?? 0
            var second = try fixture()
            second.environment["TILL_LISTEN"] = "127.0.0.1:\(port)"

            let failure = await #expect(throws: StartFailure.self) {
                try await second.serving { _ in }
            }

            #expect(failure?.exitCode == .unavailable)
            #expect(failure?.description.hasPrefix("listen: 127.0.0.1:\(port)") == true)
        }
    }

    @Test func `broken workflows end the start with every mistake`() async throws {
        let fixture = try fixture()
        try fixture.write("workflows/a.yaml", "name: a\n")
        try fixture.write("workflows/b.yaml", "name: b\n")

        let failure = await #expect(throws: StartFailure.self) {
            _ = try await fixture.assemble()
        }

        #expect(failure?.exitCode == .configuration)
        #expect(failure?.description.contains("a.yaml") == true)
        #expect(failure?.description.contains("b.yaml") == true)
    }

    @Test func `a state folder that can't be made is told`() async throws {
        let fixture = try fixture("state: ../workflows/order-paid.yaml\n")

        let failure = await #expect(throws: StartFailure.self) {
            _ = try await fixture.assemble()
        }

        #expect(failure?.exitCode == .cannotCreate)
    }

    @Test func `a state folder too deep for a socket is told`() async throws {
        let deep = String(repeating: "deep-", count: 20)
        let fixture = try fixture("state: ../\(deep)\n")

        let failure = await #expect(throws: StartFailure.self) {
            _ = try await fixture.assemble()
        }

        #expect(failure?.exitCode == .configuration)
        #expect(failure?.description.contains("shorter") == true)
    }

    @Test func `an orderly stop leaves no marker and is on record`() async throws {
        let fixture = try fixture()
        let marker = fixture.folder.appending(path: "var/till.running").path

        try await fixture.serving { _ in
            #expect(FileManager.default.fileExists(atPath: marker))
        }

        #expect(!FileManager.default.fileExists(atPath: marker))
        let reader = try SQLiteReader.open(directory: fixture.state)
        let actions = try reader.auditRows(AuditFilter(action: "daemon.*")).map(\.entry.action)
        #expect(actions == ["daemon.stopped", "daemon.started"])
    }

    @Test func `a marker that stands tells of a crash and goes with the next good stop`()
        async throws
    {
        let fixture = try fixture()
        let marker = StopMarker(state: fixture.state)
        try FileManager.default.createDirectory(
            atPath: fixture.state,
            withIntermediateDirectories: true
        )

        #expect(try marker.raise(at: wallClock()) == false)
        #expect(try marker.raise(at: wallClock()) == true)
        try await fixture.serving { till in
            _ = try await till.post(Events.paid("evt_1"))
            try await till.event("evt_1", isAt: .done)
        }

        #expect(try marker.raise(at: wallClock()) == false)
    }

    @Test func `a stop under load resets no accepted delivery`() async throws {
        let fixture = try fixture()
        let answered = try await fixture.serving { till in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    group.addTask { try await till.post(Events.paid("evt_\(number)")).status }
                }
                var answered = 0
                for try await status in group where status == 200 { answered += 1 }
                return answered
            }
        }

        #expect(answered == 50)
        let reader = try SQLiteReader.open(directory: fixture.state)
        #expect(try reader.eventCounts().values.reduce(0, +) == 50)
    }

    @Test func `what was stored before a stop is walked after the next start`() async throws {
        let fixture = try fixture()
        try await fixture.serving { till in
            _ = try await till.post(Events.paid("evt_1"))
        }
        try await fixture.serving { till in
            try await till.event("evt_1", isAt: .done)
            #expect(try till.value("SELECT status FROM orders") == .text("paid"))
        }
    }

    @Test(
        arguments: [
            (StoreFailure.broken("EIO"), StartFailure.ExitCode.io), (.full("ENOSPC"), .io),
            (.refused("no such table"), .configuration),
        ]
    )
    func `what the store says ends with its exit code`(
        failure: StoreFailure,
        code: StartFailure.ExitCode
    ) {
        #expect(StartFailure(failure).exitCode == code)
        #expect(StartFailure(failure).description == failure.description)
    }
}
