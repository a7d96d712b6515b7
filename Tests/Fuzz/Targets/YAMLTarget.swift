import Model
import Plugins
import Store

@testable import Actions
@testable import Plugins
@testable import SQLiteStore
@testable import Workflows
@testable import YAMLTree

/// A YAML file as anybody may write it, read as a tree, a workflow and a plugin's manifest.
enum YAMLTarget {
    private static let scratch = Result { try SQLScratch(schemas: []) }

    /// Runs a text through it.
    static func run(_ text: String) throws {
        let file = SourceFile(path: "workflows/fuzz.yaml", text: text)
        let root: Node
        do throws(Mistakes) {
            root = try YAMLReader.read(file)
        } catch {
            return try judge(error.all, in: file)
        }
        try look(at: root, in: file)
        let reader = WorkflowReader(
            plugins: plugins,
            checking: try scratch.get(),
            secrets: .system(environment: ["TOKEN": "s3cret"], folder: "/nonexistent")
        )
        do {
            let workflow = try reader.read(file)
            try Broken.unless(!workflow.steps.isEmpty, "a workflow without steps")
            try Broken.unless(!workflow.on.isEmpty, "a workflow for no event")
        } catch let mistakes as Mistakes {
            try judge(mistakes.all, in: file)
        }
        let mistakes = MistakeList(file)
        _ = Manifest(root, folder: "plugins/fuzz", noting: mistakes)
        try judge(mistakes.all, in: file)
    }

    /// The tree as JSON is JSON, and every place in it is in the file.
    private static func look(at root: Node, in file: SourceFile) throws(Broken) {
        try Broken.unless(JSONNode(root.json) != nil, "no JSON: \(root.json)")
        var open = [root]
        while let node = open.popLast() {
            try judge(node.place, in: file)
            if let scalar = node.scalar {
                for offset in [0, scalar.text.utf8.count / 2, scalar.text.utf8.count] {
                    try judge(file.place(in: node, offset: offset), in: file)
                }
            }
            open += node.sequence ?? []
            open += node.mapping?.map(\.value) ?? []
        }
    }

    private static func judge(_ mistakes: [Mistake], in file: SourceFile) throws(Broken) {
        for mistake in mistakes {
            try judge(mistake.place, in: file)
            try Broken.unless(!mistake.message.isEmpty, "a mistake without words")
            try Broken.unless(!mistake.description.contains("s3cret"), mistake.description)
        }
    }

    private static func judge(_ place: SourcePlace, in file: SourceFile) throws(Broken) {
        let lines = file.lines
        try Broken.unless((1...lines.count).contains(place.line), "no such line: \(place)")
        let length = lines[place.line - 1].count
        try Broken.unless((1...length + 1).contains(place.column), "no such column: \(place)")
    }

    private static let plugins = [
        plugin("send-email", .email, ["to", "template", "locale"], [.text, .text, .text]),
        plugin("note", .sentry, ["text", "on", "data", "n"], [.text, .boolean, .json, .integer]),
    ]

    private static func plugin(
        _ name: String,
        _ kind: Plugin.Kind,
        _ inputs: [String],
        _ types: [Plugin.ValueType]
    ) -> Plugin {
        Plugin(
            name: name,
            summary: name,
            kind: kind,
            inputs: zip(inputs, types).map {
                .init(name: $0, type: $1, required: $0 == "to", description: $0)
            },
            outputs: [],
            sql: nil,
            folder: "plugins/\(name)",
            source: SourceFile(path: "plugin.yaml", text: ""),
            files: []
        )
    }
}
