import Actions
import Engine
import FoundationEssentials
import Intake
import Logging
import Model
import Outbound
import Plugins
import SQLiteStore
import Store
import Stripe
import YAMLTree

/// What rehearsals and explanations stand on: rules read without secrets, databases that are thrown
/// away.
enum RehearsalHouse {
    /// A logger that says nothing.
    static var silence: Logger { Logger(label: "rehearsal") { _ in SwiftLogNoOpLogHandler() } }

    /// A Sentry server that cannot exist.
    private static let dsn = "https://rehearsal@sentry.invalid/1"

    /// Reads plugins and workflows as a start would, with kinds that lead nowhere.
    ///
    /// - Parameters:
    ///   - settings: Which folders, and what mails look like.
    ///   - stage: What is put around each kind.
    /// - Returns: The draft.
    /// - Throws: ``Mistakes``.
    static func draft(
        _ settings: Settings,
        staging stage: (any ActionKind) -> any ActionKind
    ) throws(Mistakes) -> PlaybookDraft {
        let kinds: [any ActionKind]
        do {
            kinds = [
                try mail(settings),
                SentryKind(dsn: try SentryDSN(Secret(dsn)), client: SilentClient()),
                HTTPKind(
                    addresses: AddressPolicy(allowed: settings.allowedHosts),
                    client: SilentClient()
                ),
            ]
        } catch {
            let place = SourcePlace(file: settings.file ?? "settings", line: 1, column: 1)
            throw Mistakes([Mistake("\(error)", at: place)])
        }
        return try PlaybookLoader(
            pluginFolders: [settings.plugins],
            workflowFolder: settings.workflows,
            kinds: kinds.map(stage),
            secrets: SecretResolver { _ throws(SecretMistake) in Secret("taken-as-given") },
            vars: settings.vars.json
        ) { (schemas) throws(Mistakes) in try SQLScratch(schemas: schemas) }.read()
    }

    /// The settings' kind of mail with a transport that drops everything.
    private static func mail(_ settings: Settings) throws -> any ActionKind {
        EmailKind(
            settings: try ActionKinds.mailSettings(settings),
            transport: SilentTransport(),
            now: { Timestamp(milliseconds: 0) }
        )
    }

    /// Opens a fresh database, does some work and throws it away.
    static func withDatabase<Value: Sendable>(
        clock: VirtualClock,
        _ work: (SQLiteMemory) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.path + "/till-rehearsal-\(UUID())"
        let memory = try SQLiteMemory.open(
            directory: folder,
            clock: { clock.now },
            logger: silence
        )
        let result: Result<Value, any Error>
        do {
            result = .success(try await work(memory))
        } catch {
            result = .failure(error)
        }
        await memory.close()
        try FileManager.default.removeItem(atPath: folder)
        return try result.get()
    }

    /// An event's body as a delivery.
    static func delivery(_ body: String, at now: Timestamp) throws(EnvelopeMistake) -> Delivery {
        Delivery(of: try EventEnvelope.read(body), body: body, endpoint: "rehearsal", at: now)
    }
}

/// Drops every mail.
private struct SilentTransport: MailTransport {
    func deliver(_ mail: OutgoingMail, within limit: Duration) async throws(MailFailure) {}
}
