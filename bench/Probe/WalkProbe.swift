import Actions
import Engine
import Foundation
import Model
import Outbound
import Plugins
import SQLiteStore
import Store
import Telemetry

/// The engine by itself: stored events through the shipped workflows until none is left.
struct WalkProbe {
    private let count: Int

    /// A probe with that many events.
    init(_ count: Int) {
        self.count = count
    }

    /// Stores the events, then walks them, and says how long each took.
    func walk() async throws {
        let folder = try ProbeFolder()
        defer { folder.remove() }
        let memory = try folder.open()
        let client = OutboundClient()
        defer { client.close() }
        let draft = try PlaybookLoader(
            pluginFolders: ["plugins"],
            workflowFolder: "workflows",
            kinds: try kinds(client, folder),
            secrets: SecretResolver { _ throws(SecretMistake) in Secret("") }
        ) { (schemas) throws(Mistakes) in try SQLScratch(schemas: schemas) }.read()
        let playbook = try await draft.apply(to: memory, generation: 1, at: LogSink.now())
        print(StoreProbe.line("recorded", count, try await StoreProbe(count).fill(memory)))
        let engine = Engine(
            memory: memory,
            evaluator: memory.expressions,
            playbooks: PlaybookBox(playbook),
            logger: BareServer.silence,
            isCareful: false,
            clock: LogSink.now
        )
        let begin = ContinuousClock.now
        try await engine.walkUntilIdle { _ in false }
        print(StoreProbe.line("walked", count, ContinuousClock.now - begin))
        await memory.close()
    }

    private func kinds(_ client: OutboundClient, _ folder: ProbeFolder) throws -> [any ActionKind] {
        [
            EmailKind(
                settings: MailSettings(
                    from: try MailAddress(parsing: "shop@shop.example"),
                    shop: MailSettings.Shop(name: "The Shop")
                ),
                transport: FileTransport(Outbox(folder: "\(folder.path)/outbox")),
                now: LogSink.now
            ),
            SentryKind(dsn: nil, client: client),
            HTTPKind(addresses: .publicOnly, client: client),
        ]
    }
}
