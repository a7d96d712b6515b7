import Glibc
package import Logging
package import Model
import Synchronization

/// Where all log lines of the process meet: one format, one level that may change while it runs.
package final class LogSink: Sendable {
    /// How lines look.
    package let format: LogFormat
    private let clock: WallClock
    private let output: Mutex<@Sendable ([UInt8]) -> Void>
    private let lowest: Atomic<Int>

    /// Makes a sink.
    ///
    /// - Parameters:
    ///   - format: How lines look.
    ///   - level: The lowest level that is written.
    ///   - clock: Where the time of each line comes from.
    ///   - output: Takes one whole line with its line feed, one call at a time; standard error
    ///   unless   given.
    package init(
        format: LogFormat,
        level: Logger.Level,
        clock: @escaping WallClock = LogSink.now,
        output: @escaping @Sendable ([UInt8]) -> Void = LogSink.standardError
    ) {
        self.format = format
        self.clock = clock
        self.output = Mutex(output)
        lowest = Atomic(Self.rank(of: level))
    }

    /// The lowest level that is written; setting it acts on every logger at once.
    package var level: Logger.Level {
        get { Logger.Level.allCases[lowest.load(ordering: .relaxed)] }
        set { lowest.store(Self.rank(of: newValue), ordering: .relaxed) }
    }

    /// A handler for `LoggingSystem.bootstrap`.
    package func handler(label: String) -> LineLogHandler {
        LineLogHandler(label: label, sink: self)
    }

    /// A logger that writes here without any global set-up.
    package func logger(label: String) -> Logger {
        Logger(label: label) { self.handler(label: $0) }
    }

    /// Writes one record.
    func write(
        level: Logger.Level,
        label: String,
        message: String,
        fields: [(key: String, value: String)]
    ) {
        let record = LogRecord(
            at: clock(),
            level: level,
            label: label,
            message: message,
            fields: fields
        )
        let line = record.line(as: format)
        output.withLock { $0(line) }
    }

    /// The machine's wall clock.
    package static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Writes a line to standard error; what cannot be written is lost, there is no other place
    /// for it.
    package static func standardError(_ line: [UInt8]) {
        unsafe line.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = unsafe Glibc.write(STDERR_FILENO, rest.baseAddress, rest.count)
                if count > 0 {
                    written += count
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }

    private static func rank(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}
