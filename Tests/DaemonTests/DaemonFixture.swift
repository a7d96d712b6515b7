import Crypto
import Daemon
import Foundation
import Logging
import Model
import Outbound
import SQLiteStore
import Store
import Synchronization
import Telemetry
import Testing

/// The machine's clock.
func wallClock() -> Timestamp {
    Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
}

/// A daemon in this process: settings, workflows, plugins and state in a folder of its own.
struct DaemonFixture: Sendable {
    /// The folder of everything; `state` and `etc` are below it.
    let folder: URL
    /// Takes the folder away after the last use.
    private let broom: Broom
    /// The environment the daemon sees.
    var environment = ["STRIPE_WEBHOOK_SECRET": "whsec_first"]

    /// Lays the folder out with the shipped plugins and these workflows.
    init(settings: String = "", workflows: [String: String] = [:]) throws {
        folder = URL(filePath: "/tmp").appending(path: "till-\(UUID().uuidString.prefix(8))")
        broom = Broom(folder)
        for name in ["etc", "workflows"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name),
                withIntermediateDirectories: true
            )
        }
        try FileManager.default.copyItem(
            at: SettingsFixture.root.appending(path: "plugins"),
            to: folder.appending(path: "plugins")
        )
        try write("etc/till.yaml", "listen: 127.0.0.1:0\nadmin-listen: 127.0.0.1:0\n" + settings)
        for (name, text) in workflows { try write("workflows/\(name).yaml", text) }
    }

    /// Puts a file into the folder.
    func write(_ path: String, _ text: String) throws {
        let url = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }

    /// The state folder.
    var state: String { folder.appending(path: "var").path }

    /// What the daemon is started with.
    var start: Start {
        Start(
            config: folder.appending(path: "etc/till.yaml").path,
            environment: environment,
            clock: wallClock
        )
    }

    /// Assembles the daemon without running it.
    func assemble(log: LogBook = LogBook()) async throws -> Till {
        let sink = LogSink(format: .json, level: .debug, output: { log.add($0) })
        return try await Till(
            start,
            try start.settings(),
            sink: sink,
            exporter: MetricsExporter()
        )
    }

    /// Runs the daemon while some work is done, then stops it in order.
    func serving<Value: Sendable>(
        log: LogBook = LogBook(),
        _ work: @Sendable @escaping (RunningTill) async throws -> Value
    ) async throws -> Value {
        let till = try await assemble(log: log)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            let (serving, began) = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                defer { began.finish() }
                try await till.run(onServing: { began.yield() })
                return nil
            }
            group.addTask {
                var starts = serving.makeAsyncIterator()
                guard await starts.next() != nil else { return nil }
                do {
                    let value = try await work(RunningTill(till: till, fixture: self))
                    await till.stop()
                    return value
                } catch {
                    await till.stop()
                    throw error
                }
            }
            var result: Value?
            for try await value in group { result = value ?? result }
            return try #require(result, "the daemon ended before it served")
        }
    }
}

/// Log lines of one daemon.
final class LogBook: Sendable {
    private let lines = Mutex<[String]>([])

    /// Takes one line.
    func add(_ line: [UInt8]) {
        lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }

    /// All lines so far.
    var text: String { lines.withLock { $0.joined() } }
}

/// Removes a folder when nobody needs it any more.
private final class Broom: Sendable {
    private let folder: URL

    init(_ folder: URL) {
        self.folder = folder
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            Issue.record("\(folder.path) stays behind: \(error)")
        }
    }
}
