import Foundation
import Logging
import Model
import Synchronization
import Telemetry
import Testing

/// Collects lines in place of standard error.
private final class Lines: Sendable {
    private let kept = Mutex<[[UInt8]]>([])

    /// All bytes written so far, line by line as they were handed over.
    var all: [String] { kept.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }

    func sink(_ format: LogFormat, level: Logger.Level = .info) -> LogSink {
        LogSink(
            format: format,
            level: level,
            clock: { Timestamp(milliseconds: 1_770_091_506_789) },
            output: { line in self.kept.withLock { $0.append(line) } }
        )
    }
}

@Suite struct `A log line` {
    private let lines = Lines()

    @Test func `as text is time, level, logger, message and fields`() {
        var logger = lines.sink(.text).logger(label: "engine")
        logger[metadataKey: "workflow"] = "order-paid"

        logger.warning(
            "step failed",
            metadata: ["run_id": "7", "action": "send-email", "b": "x y"]
        )

        let expected =
            "2026-02-03T04:05:06.789Z WARNING  engine: step failed"
            + " run_id=7 workflow=order-paid action=send-email b=\"x y\"\n"
        #expect(lines.all == [expected])
    }

    @Test func `as logfmt names every part`() {
        lines.sink(.logfmt).logger(label: "door").info("stored", metadata: ["event_id": "evt_1"])

        let expected =
            "ts=2026-02-03T04:05:06.789Z level=info logger=door msg=stored event_id=evt_1\n"
        #expect(lines.all == [expected])
    }

    @Test func `as JSON is one object`() throws {
        lines.sink(.json).logger(label: "door").error(
            "a \"quoted\" \\ word",
            metadata: ["step": "täglich", "peer": ["host": "h"]]
        )

        let object = try #require(
            JSONSerialization.jsonObject(with: Data(lines.all.joined().utf8)) as? [String: String]
        )
        #expect(object["msg"] == "a \"quoted\" \\ word")
        #expect(object["step"] == "täglich")
        #expect(object["level"] == "error")
        #expect(object["ts"] == "2026-02-03T04:05:06.789Z")
        #expect(object["peer"]?.contains("host") == true)
    }

    @Test(arguments: LogFormat.allCases)
    func `stays one line whatever its values hold`(format: LogFormat) {
        let nasty = "a\nb\rc\u{85}d\u{2028}e\u{2029}f\u{1B}[31mg\u{202E}h\u{0}i\u{7F}j\u{200F}k"
        lines.sink(format).logger(label: "x\ny").info(
            "\(nasty)",
            metadata: ["k\ney": "\(nasty)", "plain": "1"]
        )

        let line = lines.all.joined()
        #expect(line.last == "\n")
        let inner = line.dropLast().unicodeScalars
        #expect(inner.allSatisfy { $0.value >= 32 && !(0x7F...0x9F).contains($0.value) })
        #expect(!inner.contains { [0x2028, 0x2029, 0x202E, 0x200F].contains($0.value) })
        #expect(line.contains("\\u202e"))
    }

    @Test(arguments: LogFormat.allCases, [10, 9_000, 20_000, 200_000])
    func `never grows beyond its limit and says when it was cut`(
        format: LogFormat,
        length: Int
    ) throws {
        let long = String(repeating: "\u{1}é", count: length)
        lines.sink(format).logger(label: "x").info(
            "\(long)",
            metadata: ["a": "\(long)", "b": "\(long)", "c": "short"]
        )

        let line = try #require(lines.all.first)
        #expect(line.utf8.count <= Limits.logLine)
        #expect(line.contains("truncated") == (length > 10))
        if format == .json {
            let object =
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            #expect(object?["msg"] != nil)
        }
    }

    @Test func `of metadata that is called like a part of the line does not hide it`() throws {
        lines.sink(.json).logger(label: "x").info(
            "said",
            metadata: ["msg": "other", "ts": "never"]
        )

        let object = try #require(
            JSONSerialization.jsonObject(with: Data(lines.all.joined().utf8)) as? [String: String]
        )
        #expect(object["msg"] == "said")
        #expect(object["msg_"] == "other")
    }

    @Test func `below the level is not written, and the level can change while loggers live`() {
        let sink = lines.sink(.text, level: .warning)
        let logger = sink.logger(label: "x")

        logger.info("one")
        sink.level = .debug
        logger.debug("two")
        sink.level = .critical
        logger.error("three")

        #expect(lines.all.count == 1)
        #expect(lines.all.first?.contains("two") == true)
    }
}

@Suite struct `A secret in a log line` {
    private let lines = Lines()

    @Test(arguments: [
        ("key sk_test_4eC39HqLyjWDarjtT1zdp7dc end", "key ‹secret› end"),
        ("rk_live_abcdefgh123", "‹secret›"),
        ("header whsec_0123456789abcdef,", "header ‹secret›,"),
        ("WHSEC_0123456789abcdef", "‹secret›"),
        ("pi_3Abc_secret_XyZ12345 x", "pi_3Abc_secret_‹secret› x"),
        ("smtp://shop:hunter2@mail.example:587", "smtp://shop:‹secret›@mail.example:587"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer ‹secret›"),
        ("password=hunter2&x=1", "password=‹secret›&x=1"),
        (#"{"password": "hunter2", "a": 1}"#, #"{"password": "‹secret›", "a": 1}"#),
        (#"{"api_key":"zzz"}"#, #"{"api_key":"‹secret›"}"#),
        ("card 4242 4242 4242 4242.", "card ‹secret›."),
        ("4000-0566-5566-5556", "‹secret›"), ("378282246310005", "‹secret›"),
        (#""jo.o'neil+x@mail.example" is"#, #""‹secret›@mail.example" is"#),
        ("jo@@a.example", "‹secret›@@a.example"),
        ("jö@a.example,b@b.example", "‹secret›@a.example,‹secret›@b.example"),
    ])
    func `is masked`(text: String, expected: String) {
        #expect(Scrubber.scrub(text) == expected)
    }

    @Test(arguments: [
        "task_id of a risk_score", "the disk_usage is high", "ask_question", "no secret here",
        "https://example.com/a:b@c", "evt_1NG8Du2eZvKYlo2CUI79vXWy", "basic auth", "",
        "secrets are masked", "https://mail.example:587/x", "4242 4242 4242 4241", "@a.example",
        "at 1760000000000", "evt_4242424242424242", "42424242424242424242", "a@b", "1@ 2.3",
    ])
    func `is not seen where none is`(text: String) {
        #expect(Scrubber.scrub(text) == text)
    }

    @Test func `is masked under a telling name whatever it looks like`() {
        lines.sink(.logfmt).logger(label: "x").info(
            "m",
            metadata: ["smtp_password": "correct horse", "secret_slot": "2"]
        )

        #expect(lines.all.first?.contains("correct") == false)
        #expect(lines.all.first?.contains("secret_slot=2") == true)
    }

    @Test(arguments: LogFormat.allCases)
    func `never leaves, whether in message, value or nested value`(format: LogFormat) {
        let key = "sk_live_" + "abcdefgh12345678"
        lines.sink(format).logger(label: "x").info(
            "called with \(key)",
            metadata: ["answer": "bad \(key)", "deep": ["list": .array(["\(key)"])]]
        )

        #expect(lines.all.first?.contains("abcdefgh") == false)
    }

    @Test func `in random text never makes the scrubber trip`() {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "sk_", "whsec_", "_secret_", "://", ":", "@", "password", "=", "\"", "é", "x", " ",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            let once = Scrubber.scrub(text)
            #expect(Scrubber.scrub(once).utf8.count <= once.utf8.count + 24, "\(text)")
        }
    }
}
