import Admin
import Engine
import Intake
import Logging
import Model
import Outbound
import SQLiteStore
import ServiceLifecycle
package import Store
import Synchronization
package import Telemetry

/// The daemon, assembled: every room made and wired; `run` serves until it is stopped.
package final class Till: Sendable {
    /// The addresses the listeners really have.
    package let addresses = BoundAddresses()
    /// The listening sockets.
    let doors = OpenDoors()
    /// Evaluates expressions over committed data.
    package var expressions: any ExpressionEvaluator { store.memory.expressions }

    /// Where settings come from, and the time.
    let start: Start
    /// When this daemon was assembled.
    let startedAt: Timestamp
    /// Where log lines go.
    let sink: LogSink
    /// The daemon's own voice.
    let logger: Logger
    /// Where systemd is told.
    let notifier: ServiceNotifier
    /// The state folder.
    let store: OpenedStore
    /// What everything leaves the house through.
    let client: OutboundClient
    /// Who walks runs.
    let engine: Engine
    /// Who takes deliveries.
    let door: Door
    /// What `/-/ready` answers.
    let board: ReadinessBoard
    /// What is in force, and how that changes.
    let reloader: Reloader
    /// Who writes the metrics page.
    let exporter: MetricsExporter
    /// What is looked up when a scraper asks.
    let gauges: Gauges
    /// The rules in force, as the engine sees them.
    let playbooks: PlaybookBox
    /// The services while they run.
    let group = Mutex<ServiceGroup?>(nil)

    /// Opens the state folder, reads plugins and workflows, and wires all; nothing listens yet.
    ///
    /// - Parameters:
    ///   - start: Where settings come from, and the time.
    ///   - settings: The settings as they were read just now.
    ///   - sink: Where log lines go.
    ///   - exporter: Who writes the metrics page.
    /// - Throws: ``StartFailure``; the state folder is let go of then.
    package init(
        _ start: Start,
        _ settings: Settings,
        sink: LogSink,
        exporter: MetricsExporter
    ) async throws(StartFailure) {
        self.start = start
        self.exporter = exporter
        self.sink = sink
        startedAt = start.clock()
        logger = sink.logger(label: "till")
        notifier = ServiceNotifier(environment: start.environment)
        client = OutboundClient()
        store = try await OpenedStore.open(settings.state, clock: start.clock, logger: logger)
        let kinds = ActionKinds(client: client, state: settings.state, clock: start.clock)
        let loading = RuleLoading(memory: store.memory, kinds: kinds, clock: start.clock)
        let playbook: Playbook
        do {
            playbook = try await loading.load(settings, generation: 1)
        } catch {
            try await store.close(isStopped: false)
            throw StartFailure(anything: error)
        }
        let box = PlaybookBox(playbook)
        playbooks = box
        engine = Engine(
            memory: store.memory,
            evaluator: store.memory.expressions,
            playbooks: box,
            logger: sink.logger(label: "engine"),
            isCareful: store.isCareful,
            clock: start.clock
        )
        door = Door(
            endpoints: settings.doorEndpoints,
            store: DoorRecording(store.memory, store.health, box),
            bounds: settings.limits.doorBounds,
            clock: start.clock,
            logger: sink.logger(label: "intake")
        )
        let apply = { @Sendable [door, engine] (settings: Settings, playbook: Playbook) in
            box.swap(playbook)
            door.replace(endpoints: settings.doorEndpoints)
            sink.level = settings.log.loggerLevel
            engine.wake()
        }
        reloader = Reloader(
            parts: Reloader.Parts(
                start,
                loading,
                apply: apply,
                logger: logger,
                notifier: notifier
            ),
            inForce: InForce(first: playbook, settings, at: startedAt)
        )
        board = ReadinessBoard(storeTrouble: { [store] in store.health.currentTrouble })
        gauges = Gauges(
            reading: store.memory.reader,
            state: settings.state,
            version: TillVersion.text,
            inForce: { [reloader] in reloader.current },
            clock: start.clock
        )
        exporter.collect { [gauges] in gauges.samples() }
    }

    /// Begins an orderly stop: takes nothing new, finishes what runs; `run` returns after it.
    package func stop() async {
        board.enter(.stopping)
        notifier.stopping()
        engine.drain()
        await doors.close()
        await group.withLock { $0 }?.triggerGracefulShutdown()
    }
}
