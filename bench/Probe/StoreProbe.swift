import Foundation
import Model
import SQLiteStore
import Store
import Stripe
import Telemetry

/// The store by itself: deliveries as the door hands them over, and how fast they are on disk.
struct StoreProbe {
    /// How many wait at once, as with so many connections.
    private static let waiting = 64

    private let count: Int

    /// A probe with that many deliveries.
    init(_ count: Int) {
        self.count = count
    }

    /// Writes them down in a new folder and says how long that took.
    func record() async throws {
        let folder = try ProbeFolder()
        defer { folder.remove() }
        let memory = try folder.open()
        let span = try await fill(memory)
        print(Self.line("recorded", count, span))
        await memory.close()
    }

    /// Writes them down, many at a time.
    ///
    /// - Returns: How long it took, without making them.
    func fill(_ memory: SQLiteMemory) async throws -> Duration {
        let made = try (0..<count).map { try ProbeEvent.delivery($0) }
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in 0..<min(Self.waiting, count) {
                group.addTask {
                    for index in stride(from: first, to: count, by: Self.waiting) {
                        _ = try await memory.record(made[index])
                    }
                }
            }
            try await group.waitForAll()
        }
        return ContinuousClock.now - begin
    }

    /// One line about a measurement.
    static func line(_ what: String, _ count: Int, _ span: Duration) -> String {
        let seconds =
            Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
        return "\(what) \(count) in \(String(format: "%.2f", seconds)) s: "
            + "\(Int(Double(count) / seconds)) a second"
    }
}

/// A state folder for one measurement, on the disk that the package is on.
struct ProbeFolder {
    /// Its path.
    let path: String

    /// Makes it below `.build`.
    init() throws {
        path = ".build/bench/probe-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Opens a store in it.
    func open() throws -> SQLiteMemory {
        try SQLiteMemory.open(directory: path, clock: LogSink.now, logger: BareServer.silence)
    }

    /// Removes it; what stays is for a person to remove.
    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) could not be removed: \(error)")
        }
    }
}
