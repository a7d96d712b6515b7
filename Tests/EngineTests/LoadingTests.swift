import Engine
import Model
import Testing

@Suite struct `Loading plugins and workflows` {
    private func mistakes(_ change: (Shop) throws -> Void) throws -> [Mistake] {
        let shop = try Shop(workflows: ["paid": Shop.counting])
        try change(shop)
        do throws(Mistakes) {
            _ = try shop.draft()
            return []
        } catch {
            return error.all
        }
    }

    @Test func `mistakes of SQL, plugins and workflows come together, each with its place`() throws
    {
        let found = try mistakes { shop in
            try shop.write("plugins/await-order/effect.sql", "SELECT 1;\nSELECT :ordre FROM tally;")
            try shop.write("workflows/paid.yaml", "on: order.paid\nsteps:\n  - uses: taly\n")
            try shop.write("workflows/other.yaml", Shop.counting + "\nwhen: id =")
        }
        let places = found.map { ($0.place.file.split(separator: "/").last ?? "", $0.place.line) }
        #expect(places.map(\.0) == ["effect.sql", "other.yaml", "paid.yaml"])
        #expect(places.map(\.1) == [2, 6, 3])
        #expect(found[0].message.contains("did you mean \"order\""))
        #expect(found[0].place.column == 8)
    }

    @Test func `a broken migration is a mistake in its file`() throws {
        let found = try mistakes { shop in
            try shop.write("plugins/tally/schema/v001_tally.sql", "CREATE TABLE tally (id TEXT;\n")
        }
        #expect(found.map(\.place.file).allSatisfy { $0.hasSuffix("v001_tally.sql") })
        #expect(found.count == 1)
    }

    @Test func `an empty folder of workflows is refused`() throws {
        let found = try mistakes { try $0.remove("workflows/paid.yaml") }
        #expect(found.count == 1)
        #expect(found.first?.message.contains("no workflow") == true)
    }

    @Test func `a folder that is not there is refused`() throws {
        let found = try mistakes { try $0.remove("workflows") }
        #expect(found.first?.message.contains("cannot be read") == true)
    }

    @Test func `tests beside workflows are no workflows`() throws {
        let found = try mistakes { try $0.write("workflows/paid.test.yaml", "cases: []") }
        #expect(found.isEmpty)
    }

    @Test func `a kind that this Till does not have is a mistake`() throws {
        let found = try mistakes { shop in
            try shop.write(
                "plugins/post/plugin.yaml",
                "name: post\nkind: email\nsummary: Sends a mail.\n"
            )
        }
        #expect(found.map(\.message) == ["this Till has no kind \"email\"; remove the folder"])
    }
}
