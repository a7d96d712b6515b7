import Model
import Testing

@Suite struct `Durations and sizes as people write them` {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)),
        ("2h", .seconds(7200)), ("3d", .seconds(259_200)), ("0s", .zero), ("007s", .seconds(7)),
    ])
    func `a number with a unit is a duration`(text: String, span: Duration) {
        #expect(DurationText.parse(text) == span)
    }

    @Test(arguments: [
        "", "s", "30", "30 s", " 30s", "-1s", "1.5h", "1h30m", "30S", "٣s", "99999999999999999999s",
        "9223372036854775807d", "1ss",
    ])
    func `anything else is none`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test func `durations are written in their largest unit`() {
        let texts = ["0s", "1ms", "1500ms", "90s", "5m", "36h", "2d"]
        #expect(texts.compactMap(DurationText.parse).map(DurationText.write) == texts)
        #expect(DurationText.write(.seconds(3600)) == "1h")
        #expect(DurationText.write(.microseconds(1)) == "0s")
    }

    @Test func `sizes are read and written in their largest unit`() {
        let texts = ["0B", "1B", "1023B", "16KiB", "1MiB", "3GiB"]
        #expect(texts.compactMap(SizeText.parse).map(SizeText.write) == texts)
        #expect(SizeText.parse("16KiB") == 16_384)
    }

    @Test(arguments: ["", "1", "1KB", "1kib", "1 MiB", "-1B", "9223372036854775807GiB"])
    func `a size needs a unit of its own`(text: String) {
        #expect(SizeText.parse(text) == nil)
    }
}
