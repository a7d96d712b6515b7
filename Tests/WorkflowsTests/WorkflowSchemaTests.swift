import Foundation
import Testing

@testable import Workflows

@Suite struct `The schema for editors` {
    private let schema: [String: Any]

    init() throws {
        let data = Data(WorkflowSchema.json(plugins: TestHouse.plugins).utf8)
        schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// The object at a path of keys.
    private func object(_ path: String...) throws -> [String: Any] {
        try path.reduce(schema) { try #require($0[$1] as? [String: Any], "\($1)") }
    }

    @Test func `knows exactly the keys that the reader takes`() throws {
        #expect(Set(try object("properties").keys) == Set(Grammar.workflow.map(\.name)))
        #expect(
            Set(try object("definitions", "step", "properties").keys)
                == Set(Grammar.step.map(\.name))
        )
        #expect(
            Set(try object("definitions", "step", "properties", "retry", "properties").keys)
                == Set(Grammar.retry.map(\.name))
        )
        #expect(try object("definitions", "step")["additionalProperties"] as? Bool == false)
        #expect(schema["required"] as? [String] == ["on", "steps"])
    }

    @Test func `describes every key`() throws {
        for (key, value) in try object("properties") {
            #expect((value as? [String: Any])?["description"] is String, "\(key)")
        }
    }

    @Test func `every reference points at something`() throws {
        let text = WorkflowSchema.json(plugins: TestHouse.plugins)
        let references = text.matches(of: /"\$ref": "#\/definitions\/([a-z]+)"/).map {
            String($0.1)
        }
        #expect(!references.isEmpty)
        for reference in references { _ = try object("definitions", reference) }
    }

    @Test func `completes the inputs of each plugin`() throws {
        let rules = try #require(try object("definitions", "step")["allOf"] as? [[String: Any]])
        let names = rules.compactMap {
            ((($0["if"] as? [String: Any])?["properties"] as? [String: Any])?["uses"]
                as? [String: Any])?["const"] as? String
        }
        #expect(names == ["note", "ping", "send-email", "update-order"])
        let then = try #require(rules[3]["then"] as? [String: Any])
        #expect(then["required"] as? [String] == ["with"])
        let with = try #require((then["properties"] as? [String: Any])?["with"] as? [String: Any])
        #expect(with["required"] as? [String] == ["order"])
        #expect(
            Set(try #require(with["properties"] as? [String: Any]).keys)
                == ["order", "status", "amount", "email"]
        )
    }

    @Test func `takes no plugins for what it is`() throws {
        let data = Data(WorkflowSchema.json(plugins: []).utf8)
        #expect(try JSONSerialization.jsonObject(with: data) is [String: Any])
    }
}
