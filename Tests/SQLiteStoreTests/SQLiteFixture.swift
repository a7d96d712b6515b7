import Foundation
import Model
import Store
import TestKit

@testable import SQLiteStore

/// A state directory of one test, gone with the object.
final class SQLiteFixture: Sendable {
    /// The state directory.
    let directory: String
    /// The clock of everything in it.
    let clock = HandClock()

    /// Whether the directory goes with the object.
    private let isOwner: Bool

    /// Names a new directory.
    init() {
        directory = NSTemporaryDirectory() + "till-store-\(UUID().uuidString)"
        isOwner = true
    }

    /// Works in the directory of another fixture, in a process that will be killed.
    init(at directory: String) {
        self.directory = directory
        isOwner = false
    }

    deinit {
        guard isOwner else { return }
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            print("\(directory) is left behind: \(error)")
        }
    }

    /// The database file.
    var path: String { directory + "/till.db" }

    /// How often the write-ahead log was begun anew, as its header says; 0 where there is none.
    ///
    /// Source: sqlite.org/fileformat2.html, "WAL Header Format".
    func logNumber() throws -> Int {
        guard let file = FileHandle(forReadingAtPath: path + "-wal") else { return 0 }
        defer { file.closeFile() }
        let header = try file.read(upToCount: 16) ?? Data()
        return header.count < 16 ? 0 : header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
    }

    /// A delivery of an event with a body of so many bytes.
    func delivery(_ id: String, bytes: Int = 100) -> Delivery {
        Delivery(
            id: EventID(id),
            type: "a",
            created: clock.now,
            livemode: false,
            lane: id,
            endpoint: "stripe",
            receivedAt: clock.now,
            body: String(repeating: "x", count: bytes)
        )
    }

    /// Opens the store.
    func open(
        onBroken: @escaping @Sendable (StoreFailure) -> Void = { _ in }
    ) throws -> SQLiteMemory {
        try SQLiteMemory.open(
            directory: directory,
            clock: clock.wall,
            onBroken: onBroken
        )
    }

    /// Opens the store with the business table of the contract.
    func subject() async throws -> StoreSubject {
        let memory = try open()
        return try await StoreSubject(
            memory,
            lists: memory.reader,
            expressions: memory.expressions,
            clock: clock
        )
    }
}
