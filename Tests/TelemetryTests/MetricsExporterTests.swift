import CoreMetrics
import Metrics
import Telemetry
import Testing

@Suite struct `A metrics page` {
    private let exporter = MetricsExporter()

    @Test func `lists every family with help, type and samples`() {
        Counter(
            label: "till_webhook_requests_total",
            dimensions: [("outcome", "stored"), ("code", "200")],
            factory: exporter
        ).increment(by: 3)
        Counter(label: "till_mail_sent_total", dimensions: [("result", "done")], factory: exporter)
            .increment()
        Gauge(label: "till_runs_waiting", factory: exporter).record(2)

        #expect(
            exporter.page().text == """
                # HELP till_mail_sent_total Mails handed over, by result.
                # TYPE till_mail_sent_total counter
                till_mail_sent_total{result="done"} 1
                # HELP till_runs_waiting Runs that wait to be tried again.
                # TYPE till_runs_waiting gauge
                till_runs_waiting 2
                # HELP till_webhook_requests_total Webhook requests answered, by HTTP status and \
                what \
                became of them.
                # TYPE till_webhook_requests_total counter
                till_webhook_requests_total{code="200",outcome="stored"} 3

                """
        )
    }

    @Test func `shows a timer as a histogram in seconds`() {
        let timer = Metrics.Timer(
            label: "till_step_duration_seconds",
            dimensions: [("action", "email")],
            factory: exporter
        )
        timer.recordMilliseconds(3)
        timer.recordNanoseconds(400_000_000)
        timer.recordSeconds(90)

        let text = exporter.page().text
        #expect(
            text.contains("till_step_duration_seconds_bucket{action=\"email\",le=\"0.0025\"} 0\n")
        )
        #expect(
            text.contains("till_step_duration_seconds_bucket{action=\"email\",le=\"0.005\"} 1\n")
        )
        #expect(text.contains("till_step_duration_seconds_bucket{action=\"email\",le=\"0.5\"} 2\n"))
        #expect(text.contains("till_step_duration_seconds_bucket{action=\"email\",le=\"30\"} 2\n"))
        #expect(
            text.contains("till_step_duration_seconds_bucket{action=\"email\",le=\"+Inf\"} 3\n")
        )
        #expect(text.contains("till_step_duration_seconds_sum{action=\"email\"} 90.403\n"))
        #expect(text.contains("till_step_duration_seconds_count{action=\"email\"} 3\n"))
    }

    @Test func `counts a value on a bound within it`() {
        let sizes = Recorder(label: "till_commit_batch_size", factory: exporter)
        sizes.record(1)
        sizes.record(2)

        #expect(exporter.page().text.contains("till_commit_batch_size_bucket{le=\"1\"} 1\n"))
        #expect(exporter.page().text.contains("till_commit_batch_size_bucket{le=\"2\"} 2\n"))
    }

    @Test func `gives counters and timers the names Prometheus expects`() {
        Counter(label: "odd.name-here", dimensions: [("a b", "x")], factory: exporter).increment()
        Metrics.Timer(label: "9lives", factory: exporter).recordSeconds(1)

        #expect(exporter.page().text.contains("odd_name_here_total{a_b=\"x\"} 1\n"))
        #expect(exporter.page().text.contains("# TYPE _lives_seconds histogram\n"))
    }

    @Test func `escapes label values`() {
        Gauge(label: "g", dimensions: [("v", "a\"b\\c\nd")], factory: exporter).record(1)

        #expect(exporter.page().text.contains(#"g{v="a\"b\\c\nd"} 1"#))
    }

    @Test func `keeps the number of series bounded`() {
        for number in 0..<1_000 {
            Counter(label: "c", dimensions: [("id", "\(number)")], factory: exporter).increment()
        }

        let samples = exporter.page().text.split(separator: "\n").filter { $0.hasPrefix("c_total") }
        #expect(samples.count == MetricsExporter.seriesPerFamily + 1)
        #expect(
            samples.contains("c_total{id=\"other\"} \(1_000 - MetricsExporter.seriesPerFamily)")
        )
    }

    @Test func `shows one series for all handles of one name and labels`() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "c", dimensions: [("a", "b")], factory: exporter)
                    for _ in 0..<1_000 { counter.increment() }
                }
            }
        }

        #expect(exporter.page().text.contains("c_total{a=\"b\"} 8000\n"))
    }

    @Test func `asks collectors anew each time`() {
        let total = Counter(label: "asked_total", factory: exporter)
        exporter.collect {
            total.increment()
            return [MetricSample("till_config_info", [("hash", "ab12")], 1)]
        }
        exporter.collect(ProcessMetrics.samples)

        let text = exporter.page().text
        #expect(text.contains("till_config_info{hash=\"ab12\"} 1\n"))
        #expect(text.contains("\nprocess_open_fds "))
        #expect(text.contains("\n# TYPE process_cpu_seconds_total counter\n"))
        #expect(text.contains("\nasked_total 1\n"))
        #expect(exporter.page().text.contains("\nasked_total 2\n"))
    }

    @Test func `ends each line and names no sample twice`() {
        exporter.collect(ProcessMetrics.samples)
        Metrics.Timer(label: "t", factory: exporter).recordSeconds(1)
        Meter(label: "m", factory: exporter).increment(by: 0.5)

        let text = exporter.page().text
        #expect(text.last == "\n")
        let names = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: " ").first }
        #expect(Set(names).count == names.count)
        #expect(text.contains("\nm 0.5\n"))
    }

    @Test func `survives a name used for two kinds`() {
        Counter(label: "x_total", factory: exporter).increment()
        Gauge(label: "x_total", factory: exporter).record(7)

        #expect(exporter.page().text.contains("x_total 1\n"))
        #expect(!exporter.page().text.contains("x_total 7"))
    }
}
