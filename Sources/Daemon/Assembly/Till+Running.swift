import Admin
import Engine
import Glibc
import Hummingbird
import HummingbirdCore
import Intake
import Logging
import Metrics
import Model
import NIOCore
import Outbound
import SQLiteStore
import ServiceLifecycle
import Store
import Synchronization
import Telemetry
package import UnixSignals

extension Till {
    /// What an orderly stop may take before it is cut short; a little less than the promise.
    private static let stopTime = Limits.drainTime - .milliseconds(500)

    /// Starts the daemon and returns when it has been stopped.
    ///
    /// - Parameter start: Where settings come from, and the time.
    /// - Throws: ``StartFailure`` with the exit code of the process.
    package static func serve(_ start: Start) async throws(StartFailure) {
        #if DEBUG
        CrashPoint.arm(start.environment)
        #endif
        let signals = await SignalWatch.trap()
        ProcessLimits.adjust()
        let settings: Settings
        do {
            settings = try start.settings()
        } catch {
            throw StartFailure(error)
        }
        try OpenFiles.raise(for: settings.limits.connections)
        let sink = LogSink(format: settings.log.sinkFormat, level: settings.log.loggerLevel)
        let exporter = MetricsExporter()
        LoggingSystem.bootstrap { sink.handler(label: $0) }
        MetricsSystem.bootstrap(exporter)
        exporter.collect { ProcessMetrics.samples() }
        let till = try await Till(start, settings, sink: sink, exporter: exporter)
        try await till.run(signals: signals)
    }

    /// Serves until ``stop()``, a signal, or a store that is broken.
    ///
    /// - Parameters:
    ///   - signals: The trapped signals; nil listens to none.
    ///   - onServing: Called once when deliveries are taken.
    /// - Throws: ``StartFailure`` when a listener can't be had or the store is broken.
    package func run(
        signals: UnixSignalsSequence? = nil,
        onServing: @escaping @Sendable () -> Void = {}
    ) async throws(StartFailure) {
        let settings = reloader.current.settings
        let workflows = reloader.current.playbook.rules.map(\.workflow)
        for warning in settings.warnings + RuleWarnings.of(workflows, settings.endpoints) {
            logger.warning("settings", metadata: ["detail": "\(warning)"])
        }
        // Where a service fails the others are stopped in order as well: a server that is cancelled
        // while it accepts a connection traps.
        var configuration = ServiceGroupConfiguration(
            services: services(settings, signals, onServing).map {
                .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.stopTime
        let group = ServiceGroup(configuration: configuration)
        self.group.withLock { $0 = group }
        var failure: (any Error)?
        do {
            try await audit("daemon.started")
            checkpoints.tell()
            try await group.run()
        } catch {
            failure = error
        }
        try await finish(after: failure)
    }

    /// The services in the order they start; they stop in reverse.
    private func services(
        _ settings: Settings,
        _ signals: UnixSignalsSequence?,
        _ onServing: @escaping @Sendable () -> Void
    ) -> [any Service] {
        var services: [any Service] = []
        if let signals {
            services.append(
                SignalWatch(
                    signals: signals,
                    reload: { _ = await self.reloader.reload(by: "signal") },
                    stop: { await self.stop() },
                    logger: logger
                )
            )
        }
        services += [
            StoreWatch(breakage: store.breakage, doors: doors), WatchdogBeat(notifier: notifier),
            EngineService(engine: engine, doors: doors), checkpoints, retention,
            adminService(settings, onServing), controlService(settings, onServing),
            intakeService(settings, onServing),
        ]
        return services
    }

    /// Drops bodies whose time is over.
    private var retention: RetentionService {
        RetentionService(
            retention: Retention(
                memory: store.memory,
                policy: { [reloader] in reloader.current.settings.retention },
                clock: start.clock
            ),
            logger: logger
        )
    }

    /// Tells the end of the audit log.
    private var checkpoints: AuditCheckpoints {
        AuditCheckpoints(reading: store.memory.reader, logger: logger)
    }

    private func adminService(
        _ settings: Settings,
        _ onServing: @escaping @Sendable () -> Void
    ) -> some Service {
        let site = AdminSite(
            readiness: { self.board.readiness },
            metrics: { self.exporter.page().text }
        )
        let application = Application(
            responder: site.responder(),
            server: .http1(configuration: .init(idleTimeout: .seconds(30))),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.adminListen.host, port: settings.adminListen.port),
                availableConnectionsDelegate: MaximumAvailableConnections(64)
            ),
            onServerRunning: { self.note(.admin, $0, onServing) },
            logger: serverLogger
        )
        return ListenerService(
            setting: "admin-listen",
            address: settings.adminListen.description,
            listener: application
        )
    }

    private func controlService(
        _ settings: Settings,
        _ onServing: @escaping @Sendable () -> Void
    ) -> some Service {
        let path = ControlSocket.path(in: settings.state)
        let application = ControlSocket.service(
            path: path,
            site: ControlSite(desk: self),
            logger: serverLogger,
            onRunning: { self.note(.control, $0, onServing) }
        )
        return ListenerService(setting: "state", address: path, listener: application)
    }

    private func intakeService(
        _ settings: Settings,
        _ onServing: @escaping @Sendable () -> Void
    ) -> some Service {
        var bounds = settings.limits.bounds
        bounds.connections = OpenFiles.room(for: bounds.connections)
        if bounds.connections < settings.limits.connections {
            logger.warning(
                "too few open files are allowed for limits.connections",
                metadata: ["connections": "\(bounds.connections)"]
            )
        }
        let server = PublicServer.make(
            door: door,
            address: .hostname(settings.listen.host, port: settings.listen.port),
            bounds: bounds,
            logger: serverLogger
        ) { channel in
            self.note(.intake, channel, onServing)
        }
        return ListenerService(
            setting: "listen",
            address: settings.listen.description,
            listener: server
        )
    }

    /// One more listener listens; with the last one Till is in service.
    private func note(
        _ listener: BoundAddresses.Listener,
        _ channel: any Channel,
        _ onServing: @Sendable () -> Void
    ) {
        doors.add(channel)
        guard addresses.note(listener, port: channel.localAddress?.port) else { return }
        board.enter(.serving)
        let inForce = reloader.current
        logger.notice(
            "serving",
            metadata: [
                "version": "\(TillVersion.text)", "listen": "\(listenAddress)",
                "admin": "\(adminAddress)", "state": "\(inForce.settings.state)",
                "workflows": "\(inForce.lastApplied.workflows)",
                "plugins": "\(inForce.lastApplied.plugins)",
                "endpoints": "\(inForce.settings.endpoints.map(\.path).joined(separator: " "))",
            ]
        )
        notifier.ready(inForce.lastApplied.statusLine)
        onServing()
    }

    /// The servers' own voice.
    private var serverLogger: Logger {
        Logger(label: "server") { [sink] in ServerLogHandler(sink.handler(label: $0)) }
    }

    /// Closes everything; an orderly stop is on record.
    private func finish(after error: (any Error)?) async throws(StartFailure) {
        let isStopped = board.isStopping
        var failure = isStopped ? nil : error.map { StartFailure(anything: $0) }
        if let broken = store.health.brokenFailure {
            failure = StartFailure(broken)
        } else if isStopped {
            do {
                try await audit("daemon.stopped")
                checkpoints.tell()
            } catch {
                failure = StartFailure(error)
            }
        }
        client.close()
        try await store.close(isStopped: isStopped)
        if let failure { throw failure }
        logger.notice("stopped")
    }

    private func audit(_ action: String) async throws(StoreFailure) {
        let inForce = reloader.current
        let fields = Fields([
            ("version", .text(TillVersion.text)), ("pid", .integer(Int64(getpid()))),
            ("hash", .text(inForce.lastApplied.hash)),
        ])
        try await store.memory.audit(
            AuditEntry(actor: "till", action: action, detail: fields.json, at: start.clock())
        )
    }
}
