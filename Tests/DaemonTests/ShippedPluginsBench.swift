import Foundation
import Logging
import Model
import Plugins
import SQLiteStore
import Store
import TestKit
import Testing

/// The shipped SQL plugins on a real store: their effects are settled as the engine settles them.
final class ShippedPluginsBench: Sendable {
    /// One step with a SQL plugin, for one event.
    struct Happening: Sendable {
        /// The plugin.
        var plugin = "update-order"
        /// The event's id.
        var event: String
        /// When Stripe made it, in seconds.
        var created: Int64
        /// What `with` gives.
        var inputs: [String: Value]
    }

    private let folder: URL
    private let memory: SQLiteMemory
    private let plugins: [String: Plugin]
    private let run: StoredRun
    private let clock = HandClock()

    /// Opens an empty store with the tables of the plugins below those folders.
    init(plugins folders: [URL] = [SettingsFixture.root.appending(path: "plugins")]) async throws {
        folder = URL(filePath: "/tmp").appending(path: "till-\(UUID().uuidString.prefix(8))")
        let all = try folders.flatMap { try PluginReader.readAll(under: $0.path) }
        plugins = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
        memory = try SQLiteMemory.open(
            directory: folder.path,
            clock: clock.wall,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onBroken: { _ in }
        )
        try await memory.migrate(
            all.compactMap { plugin in plugin.sql.map { (plugin.name, $0.migrations) } }
        )
        let version = try await memory.remember([("bench", "aa", "")])
        _ = try await memory.record(
            Delivery(
                id: EventID("evt_bench"),
                type: "bench",
                created: clock.now,
                livemode: false,
                lane: "bench",
                endpoint: "bench",
                receivedAt: clock.now,
                body: "{}"
            )
        )
        let event = try #require(try memory.unchosenEvents(after: 0, limit: 1).first)
        let id = memory.reserveRunID()
        _ = try await memory.settle([
            .chosen(event, [NewRun(id: id, workflow: "bench", version: version[0])])
        ])
        run = try #require(try memory.runs([id]).first)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("\(folder.path) is left behind: \(error)")
        }
    }

    /// Settles the steps in one transaction, in order; one outcome each.
    func settle(_ happenings: [Happening]) async throws -> [StepOutcome] {
        try await outcomes(try happenings.map { try settlement($0) })
    }

    /// Settles the steps in order; those that wait are tried again after all others.
    func settleAll(_ happenings: [Happening]) async throws -> [StepOutcome] {
        var ends: [StepOutcome] = []
        var open = happenings
        while !open.isEmpty {
            let outcomes = try await settle(open)
            let waiting = zip(open, outcomes).filter { $0.1.status == .waiting }.map(\.0)
            ends += outcomes.filter { $0.status != .waiting }
            guard waiting.count < open.count else {
                Issue.record("nothing moves any more: \(outcomes)")
                return ends
            }
            open = waiting
        }
        return ends
    }

    /// Settles one step.
    @discardableResult
    func settle(
        _ plugin: String,
        _ inputs: [String: Value],
        event: String = "evt_1",
        created: Int64 = 100
    ) async throws -> StepOutcome {
        let happening = Happening(
            plugin: plugin,
            event: event,
            created: created,
            inputs: inputs
        )
        return try #require(try await settle([happening]).first)
    }

    /// Settles a step that runs any SQL, as a plugin could.
    func settle(sql: String) async throws -> StepOutcome {
        let call = EffectCall(
            effect: SQLFile(path: "effect.sql", text: sql),
            refused: nil,
            parameters: Fields()
        )
        return try #require(try await outcomes([.effect(ref("sql"), call, decide: stay)]).first)
    }

    /// One value out of the committed tables.
    func value(_ sql: String) throws -> Value {
        let place = SourcePlace(file: "test", line: 1, column: 1)
        let scope = ExpressionScope(
            event: "{}",
            object: nil,
            previous: nil,
            metadata: "{}",
            id: "",
            type: "",
            created: 0,
            livemode: false,
            account: nil,
            endpoint: ""
        )
        let values = try memory.expressions.values(
            of: [Expression("(\(sql))", at: place)],
            in: scope
        )
        return try #require(values.first)
    }

    private func outcomes(_ batch: [Settlement]) async throws -> [StepOutcome] {
        try await memory.settle(batch).map { settled in
            guard case .step(let outcome, _) = settled else {
                throw ContractBreach("the step was not settled: \(settled)")
            }
            return outcome
        }
    }

    private var stay: @Sendable (StepOutcome) -> RunChange {
        { [position = run.position] _ in RunChange(status: .pending, position: position) }
    }

    private func ref(_ event: String) -> StepRef {
        clock.turn(by: .milliseconds(1))
        return StepRef(
            run: run.id,
            event: run.event.sequence,
            eventID: run.event.id,
            workflow: "bench",
            position: run.position,
            step: "step",
            action: "bench",
            attempt: 1,
            key: "\(event)/bench/\(UUID().uuidString)",
            inputs: "{}",
            startedAt: clock.now
        )
    }

    private func settlement(_ happening: Happening) throws -> Settlement {
        let plugin = try #require(plugins[happening.plugin])
        let part = try #require(plugin.sql)
        let unknown = Set(happening.inputs.keys).subtracting(plugin.inputs.map(\.name))
        try #require(unknown.isEmpty, "\(plugin.name) has no \(unknown)")
        let ref = ref(happening.event)
        var parameters = Fields(
            plugin.inputs.map { ($0.parameter, happening.inputs[$0.name] ?? $0.default) }
        )
        parameters["event_id"] = .text(happening.event)
        parameters["event_type"] = .text("test")
        parameters["event_created"] = .integer(happening.created)
        parameters["run_id"] = .integer(run.id.number)
        parameters["step_id"] = .text("step")
        parameters["idempotency_key"] = .text(ref.key)
        parameters["now"] = .integer(clock.now.milliseconds)
        let call = EffectCall(effect: part.effect, refused: part.refused, parameters: parameters)
        return .effect(ref, call, decide: stay)
    }
}

extension StepOutcome {
    /// What the step left behind; empty where it left nothing.
    var outputs: Fields {
        switch self {
        case .done(let fields), .skipped(_, let fields): fields
        case .wait, .failed, .unsure: Fields()
        }
    }

    /// What a person reads beside the step; nil where it was simply done.
    var reason: String? {
        switch self {
        case .done: nil
        case .skipped(let reason, _), .wait(let reason), .unsure(let reason): reason
        case .failed(let failure): failure.reason
        }
    }
}

/// Every order in which some things can happen.
func permutations<Element>(of items: [Element]) -> [[Element]] {
    guard !items.isEmpty else { return [[]] }
    return items.indices.flatMap { index in
        var rest = items
        let first = rest.remove(at: index)
        return permutations(of: rest).map { [first] + $0 }
    }
}
