/// All series of one metric name: what HELP and TYPE say of them.
package struct MetricFamily: Sendable, Hashable {
    /// The name: `till_`, what it counts, its base unit; counters end in `_total`.
    package let name: String
    /// Which kind.
    package let kind: MetricKind
    /// One sentence for people.
    package let help: String
    /// For histograms: the upper bounds, rising, without the last one, which is infinity.
    package let buckets: [Double]

    /// Makes a family.
    package init(_ name: String, _ kind: MetricKind, buckets: [Double] = [], help: String) {
        self.name = name
        self.kind = kind
        self.help = help
        self.buckets = buckets
    }

    /// Bounds for what takes from half a millisecond to half a minute, in seconds.
    package static let seconds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
    /// Bounds for how many of something go together.
    package static let sizes: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

    /// The families that Till itself makes, by name.
    package static let known: [String: MetricFamily] = Dictionary(
        uniqueKeysWithValues: list.map { ($0.name, $0) }
    )

    private static let list = [
        MetricFamily(
            "till_webhook_requests_total",
            .counter,
            help: "Webhook requests answered, by HTTP status and what became of them."
        ),
        MetricFamily(
            "till_webhook_ack_duration_seconds",
            .histogram,
            buckets: seconds,
            help: "From the whole request to its answer, commit included."
        ),
        MetricFamily(
            "till_connections_closed_total",
            .counter,
            help: "Connections of the public listener that Till closed, by cause."
        ),
        MetricFamily("till_events_total", .counter, help: "Events stored, by type."),
        MetricFamily("till_runs_total", .counter, help: "Runs ended, by workflow and result."),
        MetricFamily(
            "till_step_attempts_total",
            .counter,
            help: "Attempts at steps, by workflow, action and result."
        ),
        MetricFamily(
            "till_step_duration_seconds",
            .histogram,
            buckets: seconds,
            help: "What one attempt at a step took, by action."
        ),
        MetricFamily("till_runs_waiting", .gauge, help: "Runs that wait to be tried again."),
        MetricFamily(
            "till_runs_pending",
            .gauge,
            help: "Runs whose next step may be walked at once."
        ),
        MetricFamily("till_runs_dead", .gauge, help: "Runs given up: the dead letters."),
        MetricFamily(
            "till_runs_unsure",
            .gauge,
            help: "Runs with an action that may or may not have happened."
        ),
        MetricFamily(
            "till_runs_oldest_age_seconds",
            .gauge,
            help: "Age of the oldest run that has not ended."
        ),
        MetricFamily(
            "till_commit_duration_seconds",
            .histogram,
            buckets: seconds,
            help: "What one durable commit took."
        ),
        MetricFamily(
            "till_commit_batch_size",
            .histogram,
            buckets: sizes,
            help: "Writes that shared one commit."
        ),
        MetricFamily(
            "till_config_last_reload_successful",
            .gauge,
            help: "Whether the last attempt to load workflows and settings succeeded."
        ),
        MetricFamily(
            "till_config_last_reload_success_timestamp_seconds",
            .gauge,
            help: "When workflows and settings were last loaded, in seconds since 1970."
        ),
        MetricFamily(
            "till_config_generation",
            .gauge,
            help: "How many playbooks were put in force since the start, the first included."
        ),
        MetricFamily(
            "till_config_info",
            .gauge,
            help: "The playbook in force, named by its hash; always 1."
        ),
        MetricFamily("till_mail_sent_total", .counter, help: "Mails handed over, by result."),
        MetricFamily("till_database_size_bytes", .gauge, help: "Size of the database file."),
        MetricFamily("till_wal_size_bytes", .gauge, help: "Size of the write-ahead log."),
        MetricFamily("till_build_info", .gauge, help: "Version of this Till; always 1."),
        MetricFamily(
            "process_cpu_seconds_total",
            .counter,
            help: "Processor time used, in seconds."
        ),
        MetricFamily(
            "process_resident_memory_bytes",
            .gauge,
            help: "Memory in RAM, in bytes."
        ),
        MetricFamily("process_virtual_memory_bytes", .gauge, help: "Address space, in bytes."),
        MetricFamily("process_open_fds", .gauge, help: "Open file descriptors."),
        MetricFamily("process_max_fds", .gauge, help: "File descriptors that may be open."),
        MetricFamily(
            "process_start_time_seconds",
            .gauge,
            help: "When the process started, in seconds since 1970."
        ),
    ]
}
