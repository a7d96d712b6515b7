import Engine
import Foundation
import Logging
import Model
import Plugins
import SQLiteStore
import Store
import Testing

/// A small shop in a folder of its own: plugins, workflows, database, a peer and a clock.
final class Shop: Sendable {
    /// The clock that everything shows.
    let clock = TurnedClock()
    /// What stands for the world outside.
    let peer: FakePeer
    private let kinds: [any ActionKind]
    private let home: URL

    /// Lays out the plugins and these workflows.
    init(
        peer: FakePeer = FakePeer(),
        kinds: [any ActionKind]? = nil,
        workflows: [String: String]
    ) throws {
        self.peer = peer
        self.kinds = kinds ?? [peer]
        home = URL(filePath: "/tmp").appending(path: "till-engine-\(UUID().uuidString)")
        for (path, text) in Shop.plugins { try write("plugins/\(path)", text) }
        for (name, text) in workflows { try write("workflows/\(name).yaml", text) }
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: home)
        } catch {
            print("left behind: \(home.path)")
        }
    }

    /// Writes a file and the folders above it.
    func write(_ path: String, _ text: String) throws {
        let url = home.appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    /// Removes a file or folder.
    func remove(_ path: String) throws {
        try FileManager.default.removeItem(at: home.appending(path: path))
    }

    /// Reads plugins and workflows as they are now.
    func draft() throws(Mistakes) -> PlaybookDraft {
        try PlaybookLoader(
            pluginFolders: [home.path + "/plugins"],
            workflowFolder: home.path + "/workflows",
            kinds: kinds,
            secrets: SecretResolver { _ throws(SecretMistake) in Secret("s3cret") },
            vars: #"{"shop":"corner"}"#
        ) { (schemas) throws(Mistakes) in try SQLScratch(schemas: schemas) }.read()
    }

    /// Opens the database, loads the playbook, does some work and closes it again.
    func open<Value>(
        careful: Bool = false,
        _ work: (OpenShop) async throws -> Value
    ) async throws -> Value {
        let memory = try SQLiteMemory.open(
            directory: home.path + "/state",
            clock: { [clock] in clock.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            let playbook = try await draft().apply(to: memory, generation: 1, at: clock.now)
            let value = try await work(
                OpenShop(shop: self, memory: memory, box: PlaybookBox(playbook), careful: careful)
            )
            await memory.close()
            return value
        } catch {
            await memory.close()
            throw error
        }
    }

    private static let plugins = [
        "tally/plugin.yaml": """
        name: tally
        kind: sql
        summary: Counts an order.
        inputs:
          order: { type: text, required: true, description: Which. }
          by: { type: integer, default: 1, description: How much. }
        outputs:
          total: The sum so far.
        """,
        "tally/schema/v001_tally.sql": """
        CREATE TABLE tally (id TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT;
        CREATE TABLE tally_log (
          seq INTEGER PRIMARY KEY, id TEXT NOT NULL, key TEXT NOT NULL) STRICT;
        """,
        "tally/effect.sql": """
        INSERT INTO tally (id, total) VALUES (:order, :by)
        ON CONFLICT (id) DO UPDATE SET total = total + :by;
        INSERT INTO tally_log (id, key) VALUES (:order, :idempotency_key);
        SELECT total FROM tally WHERE id = :order;
        """,
        "await-order/plugin.yaml": """
        name: await-order
        kind: sql
        summary: Waits until an order was counted.
        inputs:
          order: { type: text, required: true, description: Which. }
          word: { type: text, default: wait, description: What to answer. }
        """,
        "await-order/effect.sql": """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM tally WHERE id = :order) THEN 'done' ELSE :word END
          AS outcome, 'order ' || :order AS reason;
        """,
        "await-order/refused.sql": """
        INSERT INTO tally_log (id, key) VALUES (:order, 'refused: ' || :reason);
        """,
        "call/plugin.yaml": Shop.call,
    ]

    /// The manifest of the plugin that leaves the house.
    static let call = """
        name: call
        kind: http
        summary: Asks the world.
        inputs:
          what: { type: text, description: What. }
          number: { type: integer, description: A number. }
          flag: { type: boolean, description: A flag. }
          data: { type: json, description: Anything. }
          must: { type: text, default: given, required: false, description: Required by a test. }
        """
}
