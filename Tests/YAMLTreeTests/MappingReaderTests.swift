import Model
import Testing
import YAMLTree

@Suite struct `Taking a mapping apart` {
    private enum Colour: String, CaseIterable { case red, green }

    private let keys = ["name", "count", "on", "for", "size", "colour", "list", "sub"]

    private func reader(_ text: String) throws -> MappingReader {
        let file = SourceFile(path: "a.yaml", text: text)
        return MappingReader(
            try YAMLReader.read(file),
            as: "a thing",
            keys: keys,
            noting: MistakeList(file)
        )
    }

    private func mistakes(_ reader: MappingReader) -> [String] {
        reader.mistakes.all.map { "\($0.place.line):\($0.place.column) \($0.message)" }
    }

    @Test func `every type is taken as it was written`() throws {
        let reader = try reader(
            """
            name: 12
            count: 7
            on: true
            for: 90s
            size: 16KiB
            colour: green
            list: [a, b]
            sub: { x: y }
            """
        )

        #expect(reader.text("name") == "12")
        #expect(reader.integer("count", in: 1...9) == 7)
        #expect(reader.boolean("on") == true)
        #expect(reader.duration("for") == .seconds(90))
        #expect(reader.size("size") == 16 << 10)
        #expect(reader.choice("colour", of: Colour.self) == .green)
        #expect(reader.texts("list")?.map(\.text) == ["a", "b"])
        #expect(reader.pairs("sub")?.map(\.key) == ["x"])
        #expect(reader.mistakes.all.isEmpty)
    }

    @Test func `what is not there is nil, and a mistake only where it is required`() throws {
        let reader = try reader("count: 1")

        #expect(reader.text("name") == nil)
        #expect(reader.mistakes.all.isEmpty)
        #expect(reader.text("name", required: true) == nil)
        #expect(mistakes(reader) == ["1:1 a thing needs the key \"name\"; add it"])
    }

    @Test func `all wrong values are noted, each with what to do`() throws {
        let reader = try reader(
            """
            name: [x]
            count: 1_000
            on: 'true'
            for: tomorow
            size: 12
            colour: gren
            list: []
            sub:
            nmae: 1
            """
        )

        _ = reader.text("name")
        _ = reader.integer("count", in: 1...9)
        _ = reader.boolean("on")
        _ = reader.duration("for")
        _ = reader.size("size")
        _ = reader.choice("colour", of: Colour.self)
        _ = reader.texts("list")
        _ = reader.node("sub")

        #expect(
            mistakes(reader) == [
                "9:1 a thing has no key \"nmae\"; did you mean \"name\"?",
                "1:7 \"name\" must be a text, not a list",
                "2:8 \"1_000\" is not a whole number; write digits only, like 8",
                "3:5 \"true\" is not true or false; write one of the two words, without quotes",
                "4:6 \"tomorow\" is not a duration; write a number with a unit, like 30s, 5m or 2h",
                "5:7 \"12\" is not a size; write a number with a unit, like 512B, 16KiB or 1MiB",
                "6:9 \"colour\" cannot be \"gren\"; did you mean \"green\"?",
                "7:7 \"list\" is an empty list; add an item or remove the key",
                "8:1 \"sub\" has no value; give it one or remove the line",
            ]
        )
    }

    @Test func `bounds are named`() throws {
        let reader = try reader("count: 10\nfor: 2h\nsize: 2MiB")

        _ = reader.integer("count", in: 1...9)
        _ = reader.duration("for", in: .seconds(1)...(.seconds(3600)))
        _ = reader.size("size", in: 1...(1 << 20))

        #expect(
            mistakes(reader) == [
                "1:8 \"10\" is out of bounds; it may be 1 to 9",
                "2:6 \"2h\" is out of bounds; it may be 1s to 1h",
                "3:7 \"2MiB\" is out of bounds; it may be 1B to 1MiB",
            ]
        )
    }

    @Test func `one text counts as a list of one where that is allowed`() throws {
        #expect(try reader("list: a").texts("list", orOne: true)?.map(\.text) == ["a"])
        let strict = try reader("list: a")
        #expect(strict.texts("list") == nil)
        #expect(
            mistakes(strict) == [
                "1:7 \"list\" must be a list, not text; begin each item with \"- \""
            ]
        )
    }

    @Test func `a list where a mapping should be is one mistake`() throws {
        let reader = try reader("- a\n")

        #expect(reader.text("name") == nil)
        #expect(
            mistakes(reader) == ["1:1 a thing must be a mapping of keys and values, not a list"]
        )
    }
}
