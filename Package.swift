// swift-tools-version:6.2
import PackageDescription

/// Whether this is the build for fuzzing: `TILL_FUZZ=1 swift build`, see `scripts/fuzz`.
let isFuzzing = Context.environment["TILL_FUZZ"] != nil

/// What libFuzzer needs to follow an input through our rooms.
let fuzzing: [SwiftSetting] =
    isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])] : []

/// Every target of ours: language mode 6, no warning tolerated, imports internal unless said.
let house: [SwiftSetting] =
    fuzzing + [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]

/// A room that touches no C: the compiler proves that nothing unsafe is in it.
let safe = house + [.strictMemorySafety()]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)

/// The rooms of Till in the order one webhook walks through them; nothing imports upward.
let rooms: [Target] = [
    // The words everybody uses: ids, states, values, limits, whose fault.
    .target(name: "Model", swiftSettings: safe),

    // The three C libraries, behind the thinnest shims that Swift needs.
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
        name: "CCurl",
        pkgConfig: "libcurl",
        providers: [.apt(["libcurl4-openssl-dev"])]
    ),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),

    // YAML text to nodes that know their file, line and column.
    .target(name: "YAMLTree", dependencies: ["CYAML", "Model"], swiftSettings: house),
    // One HTTP request, one mail: libcurl's multi interface on a thread of its own.
    .target(name: "Outbound", dependencies: ["CCurl", "Model"], swiftSettings: house),
    // What Stripe says: signature, event envelope, currency exponents.
    .target(name: "Stripe", dependencies: ["Model", crypto], swiftSettings: safe),
    // What durable memory must do, in small protocols named by who uses them.
    .target(name: "Store", dependencies: ["Model"], swiftSettings: safe),
    // That memory in one SQLite file.
    .target(
        name: "SQLiteStore",
        dependencies: ["CSQLite", "Model", "Store", crypto, logging, metrics],
        resources: [
            .embedInCode("Schema/v001_core.sql"), .embedInCode("Schema/v002_retries.sql"),
            .embedInCode("Schema/v003_event_crashes.sql"),
            .embedInCode("Schema/v004_plain_checks.sql"),
            .embedInCode("Schema/v005_keys_by_run.sql"),
        ],
        swiftSettings: house
    ),
    // A plugin folder to its manifest.
    .target(name: "Plugins", dependencies: ["Model", "YAMLTree"], swiftSettings: safe),
    // A workflow file to a checked workflow, all mistakes at once.
    .target(
        name: "Workflows",
        dependencies: ["Model", "Plugins", "Store", "YAMLTree"],
        swiftSettings: safe
    ),
    // The built-in kinds of action that leave the house: email, sentry, http.
    .target(
        name: "Actions",
        dependencies: ["Model", "Outbound", "Plugins", "Stripe", "YAMLTree", crypto, mustache],
        swiftSettings: safe
    ),
    // The door: route, limits, prove, record, answer.
    .target(
        name: "Intake",
        dependencies: ["Model", "Store", "Stripe", hummingbird, logging, metrics],
        swiftSettings: safe
    ),
    // Choose, judge, fill, act, settle; retry and dead letter.
    .target(
        name: "Engine",
        dependencies: [
            "Model", "Plugins", "Store", "Stripe", "Workflows", "YAMLTree", crypto, logging,
            metrics,
        ],
        swiftSettings: safe
    ),
    // The loopback listener: health, readiness, metrics.
    .target(
        name: "Admin",
        dependencies: ["Model", "Store", hummingbird, logging],
        swiftSettings: safe
    ),
    // Log lines as text, logfmt or JSON; metrics as Prometheus text.
    .target(
        name: "Telemetry",
        dependencies: ["Model", logging, metrics, coreMetrics],
        swiftSettings: safe
    ),
    // Settings, wiring, services in order, reload, control socket.
    .target(
        name: "Daemon",
        dependencies: [
            "Actions", "Admin", "Engine", "Intake", "Model", "Outbound", "Plugins", "SQLiteStore",
            "Store", "Stripe", "Telemetry", "Workflows", "YAMLTree", crypto, hummingbird,
            lifecycle, logging, metrics, signals,
        ],
        resources: [.embedInCode("Fixtures")],
        swiftSettings: house
    ),
    // The command line.
    .executableTarget(
        name: "till",
        dependencies: [
            "Daemon", "Model", "Outbound", "SQLiteStore", "Store", "Stripe", arguments, logging,
        ],
        swiftSettings: house
    ),
]

/// What the tests share: contract suites, fixtures, peers, a clock that is turned by hand.
let testRooms: [Target] = [
    .target(
        name: "TestKit",
        dependencies: ["Model", "Store"],
        path: "Tests/TestKit",
        swiftSettings: house
    ),
    .testTarget(name: "ModelTests", dependencies: ["Model"], swiftSettings: house),
    .testTarget(name: "YAMLTreeTests", dependencies: ["YAMLTree", "Model"], swiftSettings: house),
    .testTarget(
        name: "OutboundTests",
        dependencies: ["Outbound", "Model", "TestKit"],
        swiftSettings: house
    ),
    .testTarget(
        name: "StripeTests",
        dependencies: ["Stripe", "Model", crypto],
        swiftSettings: house
    ),
    // A SQLite VFS that loses what was not synced.
    .target(
        name: "PowerLossVFS",
        path: "Tests/PowerLossVFS",
        linkerSettings: [.linkedLibrary("sqlite3")]
    ),
    .testTarget(
        name: "SQLiteStoreTests",
        dependencies: ["SQLiteStore", "Store", "Model", "TestKit", "PowerLossVFS"],
        swiftSettings: house
    ),
    .testTarget(
        name: "PluginsTests",
        dependencies: ["Plugins", "YAMLTree", "Model"],
        swiftSettings: house
    ),
    .testTarget(
        name: "WorkflowsTests",
        dependencies: ["Workflows", "Plugins", "Store", "YAMLTree", "Model"],
        exclude: ["Mistakes"],
        swiftSettings: house
    ),
    .testTarget(
        name: "ActionsTests",
        dependencies: ["Actions", "Outbound", "Plugins", "Stripe", "YAMLTree", "Model", "TestKit"],
        swiftSettings: house
    ),
    .testTarget(
        name: "IntakeTests",
        dependencies: [
            "Intake", "Stripe", "Store", "Model", "TestKit", crypto, hummingbird, httpTesting,
        ],
        swiftSettings: house
    ),
    .testTarget(
        name: "EngineTests",
        dependencies: [
            "Engine", "Plugins", "SQLiteStore", "Store", "Workflows", "YAMLTree", "Model",
            "TestKit", logging,
        ],
        swiftSettings: house
    ),
    .testTarget(
        name: "TelemetryTests",
        dependencies: ["Telemetry", "Model", logging, metrics, coreMetrics],
        swiftSettings: house
    ),
    .testTarget(
        name: "DaemonTests",
        dependencies: [
            "Admin", "Daemon", "Engine", "Intake", "Model", "Outbound", "Plugins", "SQLiteStore",
            "Store",
            "Stripe",
            "Telemetry", "TestKit", "YAMLTree", crypto, hummingbird, httpTesting, logging,
        ],
        swiftSettings: house
    ),
    // What the simulation needs of SQLite that Swift cannot ask for.
    .target(
        name: "MemoryVFS",
        path: "Tests/MemoryVFS",
        linkerSettings: [.linkedLibrary("sqlite3")]
    ),
    // The engine in made-up worlds; an executable, so that thousands of them run in release.
    .executableTarget(
        name: "Simulation",
        dependencies: [
            "Actions", "CSQLite", "Engine", "Intake", "MemoryVFS", "Model", "Outbound", "Plugins",
            "SQLiteStore", "Store", "Stripe", "Workflows", "YAMLTree", crypto, logging,
        ],
        path: "Tests/Simulation",
        exclude: ["Rules", "regressions"],
        swiftSettings: house
    ),
    // Till's parts by themselves, for bench/run.
    .executableTarget(
        name: "till-bench",
        dependencies: [
            "Actions", "Engine", "Intake", "Model", "Outbound", "Plugins", "SQLiteStore", "Store",
            "Stripe", "Telemetry", hummingbird, logging,
        ],
        path: "bench/Probe",
        swiftSettings: house
    ),
    .testTarget(name: "HouseRulesTests", swiftSettings: house),
    // What every input must hold to, and the inputs that are kept.
    .testTarget(
        name: "Fuzz",
        dependencies: [
            "Actions", "CCurl", "Daemon", "Model", "Outbound", "Plugins", "SQLiteStore", "Store",
            "Stripe", "Telemetry", "Workflows", "YAMLTree", logging,
        ],
        exclude: ["Dictionaries", "Seeds", "FuzzMain.swift"],
        swiftSettings: house
    ),
]

/// The same as a program under libFuzzer, in place of all tests.
let fuzzer: [Target] = testRooms.filter { $0.name == "Fuzz" }.map { tests in
    .executableTarget(
        name: "fuzz",
        dependencies: tests.dependencies,
        path: "Tests/Fuzz",
        exclude: ["Dictionaries", "Seeds", "SeedTests.swift"],
        swiftSettings: house,
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
    )
}

let package = Package(
    name: "till",
    products: [.executable(name: "till", targets: ["till"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird",
            from: "2.28.1",
            traits: []
        ),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: rooms + (isFuzzing ? fuzzer : testRooms),
    swiftLanguageModes: [.v6]
)
