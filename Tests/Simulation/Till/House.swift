import Actions
import Engine
import Foundation
import Logging
import MemoryVFS
import Model
import Outbound
import Plugins
import SQLiteStore
import Store

/// What all worlds share: the rules, read once, and a database that has their tables.
final class House: @unchecked Sendable {
    // Why: worlds are simulated on one thread, one after the other.

    /// The rules of the three states that a shop's folder is in, one after the other.
    let playbooks: [Playbook]
    /// A database with the tables of all plugins and nothing in them.
    let template: String
    /// Where worlds keep their databases.
    let home: String
    /// Who takes what leaves the house.
    let stage: Stage
    private let memory: SQLiteMemory
    private var shared: Ground?
    private var grounds = 0

    /// A logger that says nothing.
    static var silence: Logger { Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() } }

    /// Reads the rules.
    ///
    /// - Parameters:
    ///   - package: The package's folder, with the shipped plugins and workflows.
    ///   - home: A folder for databases and changed rules.
    ///   - plant: A bug to put in.
    /// - Throws: What is wrong with the rules or the folder.
    init(package: String, home: String, plant: Plant?) async throws {
        self.home = home
        memory_vfs_enter(home)
        let stage = Stage()
        self.stage = stage
        let plugins = try Self.plugins(package, home, plant)
        var drafts: [PlaybookDraft] = []
        for state in ["first", "second", "third"] {
            let folder = "\(home)/workflows/\(state)"
            try Self.copy("\(package)/workflows", to: folder)
            try Self.copy("\(package)/Tests/Simulation/Rules/workflows/\(state)", to: folder)
            drafts.append(try Self.read(plugins, folder, stage, plant))
        }
        let moment = Timestamp(milliseconds: VirtualTime.beginning)
        let open = { () throws in
            try SQLiteMemory.open(
                directory: "\(home)/template",
                clock: { moment },
                logger: Self.silence
            )
        }
        let first = try open()
        for draft in drafts { _ = try await draft.apply(to: first, generation: 1, at: moment) }
        await first.close()
        template = "\(home)/template.db"
        guard memory_vfs_copy("\(home)/template/till.db", template) == 1 else {
            throw Trouble("the template cannot be copied")
        }
        memory = try open()
        var playbooks: [Playbook] = []
        for (index, draft) in drafts.enumerated() {
            playbooks.append(
                try await draft.apply(to: memory, generation: index + 1, at: moment)
            )
        }
        self.playbooks = playbooks
    }

    /// The ground of the next world, with nothing on it.
    func ground() throws -> Ground {
        if let shared {
            try shared.sweep()
            return shared
        }
        let ground = try Ground(folder: folder(), copying: [template], stage: stage)
        shared = ground
        return ground
    }

    /// Another ground, from the files as they lie there after a kill.
    func ground(leftBehindIn old: Ground) throws -> Ground {
        let ground = try Ground(folder: folder(), copying: old.files, stage: stage)
        ground.auditBegin = old.auditBegin
        return ground
    }

    /// A world is over there; the next one may have it only where all was well.
    func leave(_ ground: Ground, isSound: Bool) throws {
        if ground === shared {
            if isSound { return }
            shared = nil
        }
        try ground.remove()
    }

    private func folder() -> String {
        grounds += 1
        return "\(home)/\(grounds)"
    }

    /// Lets go of the files.
    func close() async throws {
        await memory.close()
        try FileManager.default.removeItem(atPath: home)
    }

    /// The folders of plugins: the shipped ones, changed where a bug is put in, and the
    /// simulation's own.
    private static func plugins(
        _ package: String,
        _ home: String,
        _ plant: Plant?
    ) throws -> [String] {
        let folder = "\(home)/plugins"
        try FileManager.default.createDirectory(
            atPath: home,
            withIntermediateDirectories: true
        )
        try FileManager.default.copyItem(atPath: "\(package)/plugins", toPath: folder)
        switch plant {
        case .cumulativeRefund:
            try replace("- taken AS due", by: "AS due", in: "\(folder)/add-credits/effect.sql")
        case .wayBack:
            try replace(
                "('pending', 'failed'),",
                by: "('pending', 'failed'), ('refunded', 'paid'),",
                in: "\(folder)/update-order/schema/v001_orders.sql"
            )
        default: break
        }
        return [folder, "\(package)/Tests/Simulation/Rules/plugins"]
    }

    private static func replace(_ old: String, by new: String, in path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard text.contains(old) else { throw Trouble("\(path) has no \"\(old)\" any more") }
        try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Copies the workflows of a folder.
    private static func copy(_ source: String, to folder: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: source) where isWorkflow(name) {
            try files.copyItem(atPath: "\(source)/\(name)", toPath: "\(folder)/\(name)")
        }
    }

    private static func isWorkflow(_ name: String) -> Bool {
        name.hasSuffix(".yaml") && !name.hasSuffix(".test.yaml")
    }

    private static func read(
        _ plugins: [String],
        _ workflows: String,
        _ stage: Stage,
        _ plant: Plant?
    ) throws -> PlaybookDraft {
        let client = SimulatedClient(stage: stage)
        let kinds: [any ActionKind] = [
            EmailKind(
                settings: MailSettings(
                    from: try MailAddress(parsing: "shop@shop.example"),
                    shop: MailSettings.Shop(name: "The Simulated Shop")
                ),
                transport: SimulatedTransport(stage: stage),
                now: { stage.world?.time.wall ?? Timestamp(milliseconds: 0) }
            ),
            SentryKind(
                dsn: try SentryDSN(Secret("https://simulation@sentry.example/1")),
                client: client
            ),
            HTTPKind(addresses: .publicOnly, client: client),
        ]
        return try PlaybookLoader(
            pluginFolders: plugins,
            workflowFolder: workflows,
            kinds: kinds.map { WatchedKind(real: $0, stage: stage, plant: plant) },
            secrets: SecretResolver { _ throws(SecretMistake) in Secret("") }
        ) { (schemas) throws(Mistakes) in try SQLScratch(schemas: schemas) }.read()
    }
}
