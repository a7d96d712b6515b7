import Foundation
import Model
import Testing

@testable import Plugins

@Suite struct `Reading plugin folders` {
    private let home: TemporaryFolder

    init() throws {
        home = try TemporaryFolder()
    }

    private let manifest = """
        name: shop
        summary: Sells things.
        kind: sql
        inputs:
          order:
            required: true
            description: Which one.
          if-missing:
            choices: [create, wait]
            default: wait
            description: What to do without it.
          amount:
            type: integer
            unit: minor unit
            default: 5
            description: How much.
          loud:
            type: boolean
            default: true
            description: Whether people hear of it.
          tags:
            type: json
            default: { a: [1, x, ~] }
            description: Anything else.
        outputs:
          changed: Whether anything was changed.

        """

    private func messages(_ body: () throws(Mistakes) -> Void) -> [String] {
        do throws(Mistakes) {
            try body()
            return []
        } catch {
            return error.all.map {
                "\($0.place.file.split(separator: "/").last ?? ""): \($0.message)"
            }
        }
    }

    @Test func `a whole folder is taken with everything in it`() throws {
        try home.write("shop/plugin.yaml", manifest)
        try home.write("shop/effect.sql", "SELECT :order;\n")
        try home.write("shop/refused.sql", "SELECT :reason;\n")
        try home.write("shop/schema/v002_more.sql", "SELECT 2;\n")
        try home.write("shop/schema/v001_first.sql", "SELECT 1;\n")
        try home.write("shop/templates/hello/en.text.mustache", "Hello\n")
        try home.write("shop/README.md", "For people.\n")
        try home.write("shop/.hidden", "x")
        try home.write("shop/tests/paid.yaml", "x")

        let plugin = try PluginReader.read(folder: home.path("shop"))

        #expect(plugin.name == "shop")
        #expect(plugin.summary == "Sells things.")
        #expect(plugin.kind == .sql)
        #expect(plugin.inputs.map(\.name) == ["order", "if-missing", "amount", "loud", "tags"])
        #expect(plugin.inputs.map(\.parameter)[1] == "if_missing")
        #expect(plugin.inputs.map(\.required) == [true, false, false, false, false])
        #expect(
            plugin.inputs.map(\.default) == [
                .null, .text("wait"), .integer(5), .integer(1), .json(#"{"a":[1,"x",null]}"#),
            ]
        )
        #expect(plugin.inputs[2].unit == "minor unit")
        #expect(plugin.outputs.map(\.name) == ["changed"])
        #expect(plugin.sql?.effect.text == "SELECT :order;\n")
        #expect(plugin.sql?.refused?.text == "SELECT :reason;\n")
        #expect(plugin.sql?.migrations.map(\.text) == ["SELECT 1;\n", "SELECT 2;\n"])
        #expect(plugin.sql?.migrations.first?.path == home.path("shop/schema/v001_first.sql"))
        #expect(
            plugin.files.map(\.path) == [
                "effect.sql", "plugin.yaml", "refused.sql", "schema/v001_first.sql",
                "schema/v002_more.sql", "templates/hello/en.text.mustache",
            ]
        )
    }

    @Test func `all folders are read and all their mistakes told at once`() throws {
        try home.write("b/plugin.yaml", "name: b\nsummary: B.\nkind: http\n")
        try home.write("a/plugin.yaml", "name: a\nsummary: A.\nkind: email\n")
        try home.write("README.md", "For people.\n")

        #expect(try PluginReader.readAll(under: home.path("")).map(\.name) == ["a", "b"])

        try home.write("c/notes.txt", "nothing\n")
        try home.write("d/plugin.yaml", "name: x\nsummary: D.\nkind: http\n")
        let found = messages { () throws(Mistakes) in
            _ = try PluginReader.readAll(under: home.path(""))
        }
        #expect(found.count == 2)
    }

    @Test func `the shipped plugins are read without a mistake`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()

        let plugins = try PluginReader.readAll(under: root.appending(path: "plugins").path)

        #expect(plugins.count >= 5)
        #expect(plugins.allSatisfy { !$0.summary.isEmpty && !$0.inputs.isEmpty })
    }

    @Test func `a folder that is not there is a mistake`() {
        #expect(
            messages { () throws(Mistakes) in
                _ = try PluginReader.readAll(under: home.path("nowhere"))
            } == ["nowhere: the folder of plugins cannot be read; check the path and its mode"]
        )
    }

    @Test func `a link that leads out of the folder is refused, one inside is followed`() throws {
        try home.write("shop/plugin.yaml", "name: shop\nsummary: S.\nkind: email\n")
        try home.write("shop/en.txt", "Hello\n")
        try home.write("secret.txt", "secret\n")
        try home.link("shop/ar.txt", to: "en.txt")
        #expect(
            try PluginReader.read(folder: home.path("shop")).files.map(\.path)
                == ["ar.txt", "en.txt", "plugin.yaml"]
        )

        try home.link("shop/out.txt", to: "../secret.txt")
        try home.link("shop/outside", to: "..")
        let found = messages { () throws(Mistakes) in
            _ = try PluginReader.read(folder: home.path("shop"))
        }
        #expect(
            found == [
                "out.txt: the symbolic link leads out of the plugin's folder; copy the file",
                "outside: the symbolic link leads out of the plugin's folder; copy the file",
            ]
        )
    }

    @Test func `links in a circle end`() throws {
        try home.write("shop/plugin.yaml", "name: shop\nsummary: S.\nkind: email\n")
        try home.write("shop/sub/a.txt", "a\n")
        try home.link("shop/sub/again", to: "../sub")
        try home.link("shop/loop", to: "loop")

        let found = messages { () throws(Mistakes) in
            _ = try PluginReader.read(folder: home.path("shop"))
        }
        #expect(!found.isEmpty)
    }

    @Test func `a file that is no text is a mistake`() throws {
        try home.write("shop/plugin.yaml", "name: shop\nsummary: S.\nkind: email\n")
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: home.path("shop/logo.txt")))

        let found = messages { () throws(Mistakes) in
            _ = try PluginReader.read(folder: home.path("shop"))
        }
        #expect(found == ["logo.txt: the file is not UTF-8 text; save it as UTF-8"])
    }

    @Test func `the schema for editors knows exactly the keys that are taken`() throws {
        let json = try JSONSerialization.jsonObject(with: Data(PluginSchema.json().utf8))
        let schema = try #require(json as? [String: Any])
        let keys = try #require(schema["properties"] as? [String: Any]).keys
        #expect(Set(keys) == Set(Manifest.keys.map(\.name)))
        let definitions = try #require(schema["definitions"] as? [String: [String: Any]])
        let inputs = try #require(definitions["input"]?["properties"] as? [String: Any]).keys
        #expect(Set(inputs) == Set(Manifest.inputKeys.map(\.name)))
    }
}
