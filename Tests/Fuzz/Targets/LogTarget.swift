import Logging
import Model

@testable import Actions
@testable import Telemetry

/// What strangers write into log lines: one line stays one line, JSON stays JSON, a key is masked.
enum LogTarget {
    private static let canary = "sk_live_51CanaryCanaryCanary"

    /// Runs a text through it, as message and as field.
    static func run(_ text: String) throws(Broken) {
        let record = LogRecord(
            at: Timestamp(seconds: 0),
            level: .info,
            label: text,
            message: text,
            fields: [(text, text), ("b", text)]
        )
        for format in LogFormat.allCases {
            let line = record.line(as: format)
            try Broken.unless(line.count <= Limits.logLine, "a line of \(line.count) bytes")
            try Broken.unless(
                line.last == 0x0A && !line.dropLast().contains { $0 < 0x20 || $0 == 0x7F },
                "a control character got into a line of \(format)"
            )
            if format == .json {
                let tree = JSONNode(String(decoding: line, as: UTF8.self))
                try Broken.unless(tree?.pairs != nil, "a line is no JSON object")
                try Broken.unless(
                    text.utf8.count > 1000 || tree?["msg"]?.scalarText == text,
                    "a message reads differently"
                )
            }
        }
        guard !text.contains("Canary") else { return }
        let masked = Telemetry.Scrubber.scrub("\(text) \(canary) \(text)")
        try Broken.unless(!masked.contains(canary), "a key was not masked: \(masked)")
        let report = Actions.Scrubber.scrub("\(text) \(canary) \(text)")
        try Broken.unless(!report.contains(canary), "a key was reported: \(report)")
    }
}
