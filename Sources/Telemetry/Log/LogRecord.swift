import Logging
import Model

/// One thing that is logged, before it becomes a line.
struct LogRecord {
    /// When.
    let at: Timestamp
    /// How grave.
    let level: Logger.Level
    /// Which part of Till says it.
    let label: String
    /// What, in words that do not change.
    let message: String
    /// The particulars, in order.
    let fields: [(key: String, value: String)]

    /// The line with its line feed.
    func line(as format: LogFormat) -> [UInt8] {
        var writer = LineWriter()
        switch format {
        case .text: writeText(to: &writer)
        case .logfmt: writeLogfmt(to: &writer)
        case .json: writeJSON(to: &writer)
        }
        writer.append("\n")
        return writer.bytes
    }

    private func writeText(to writer: inout LineWriter) {
        writer.append(at)
        writer.append(" ")
        writer.append(Self.padded(level))
        writer.append(" ")
        writer.appendKey(label)
        writer.append(": ")
        writer.appendPlain(message)
        for field in fields {
            writer.appendField {
                $0.append(" ")
                $0.appendKey(field.key)
                $0.append("=")
                $0.appendLogfmt(field.value)
            }
        }
        if writer.isTruncated { writer.append(" truncated=true") }
    }

    private func writeLogfmt(to writer: inout LineWriter) {
        writer.append("ts=")
        writer.append(at)
        writer.append(" level=")
        writer.appendKey(level.rawValue)
        writer.append(" logger=")
        writer.appendKey(label)
        writer.append(" msg=")
        writer.appendLogfmt(message)
        for field in fields {
            writer.appendField {
                $0.append(" ")
                $0.appendKey(field.key)
                $0.append("=")
                $0.appendLogfmt(field.value)
            }
        }
        if writer.isTruncated { writer.append(" truncated=true") }
    }

    private func writeJSON(to writer: inout LineWriter) {
        writer.append("{\"ts\":\"")
        writer.append(at)
        writer.append("\",\"level\":\"")
        writer.appendKey(level.rawValue)
        writer.append("\",\"logger\":\"")
        writer.appendKey(label)
        writer.append("\",\"msg\":")
        writer.appendQuoted(message)
        for field in fields {
            writer.appendField {
                $0.append(",\"")
                $0.appendKey(field.key)
                $0.append("\":")
                $0.appendQuoted(field.value)
            }
        }
        if writer.isTruncated { writer.append(",\"truncated\":\"true\"") }
        writer.append("}")
    }

    private static func padded(_ level: Logger.Level) -> StaticString {
        switch level {
        case .trace: "TRACE   "
        case .debug: "DEBUG   "
        case .info: "INFO    "
        case .notice: "NOTICE  "
        case .warning: "WARNING "
        case .error: "ERROR   "
        case .critical: "CRITICAL"
        }
    }
}
