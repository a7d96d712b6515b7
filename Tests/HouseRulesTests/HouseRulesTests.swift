import Foundation
import Testing

@Suite struct `The house rules hold` {
    @Test func `no line, file, function or parameter list is too long`() throws {
        let found = try (Tree.rooms.get() + Tree.tests.get()).flatMap(SizeRules.findings)

        #expect(found.isEmpty, "\(list(found))")
    }

    @Test func `every visible declaration says what it is`() throws {
        let sources = try Tree.rooms.get()
        let inherited = CommentRule.requirements(in: sources)

        let found = sources.flatMap { CommentRule.findings(in: $0, inherited: inherited) }

        #expect(found.isEmpty, "\(list(found))")
    }

    @Test func `nothing banned is used`() throws {
        let found = try (Tree.rooms.get() + Tree.tests.get()).flatMap(BannedRule.findings)

        #expect(found.isEmpty, "\(list(found))")
    }

    @Test func `rooms import what the walk gives them, and nothing from further up`() throws {
        let walk = Walk(manifest: try Tree.text("Package.swift"))

        let found = try (Tree.rooms.get() + Tree.tests.get()).flatMap(walk.findings)

        #expect(walk.rooms.count > 20, "the manifest could not be read")
        #expect(walk.upward.isEmpty)
        #expect(found.isEmpty, "\(list(found))")
    }

    @Test func `no room is only a placeholder`() throws {
        #expect(try Tree.paths(under: "Sources", ending: "Placeholder.swift").isEmpty)
        #expect(try Tree.paths(under: "Tests", ending: "Placeholder.swift").isEmpty)
    }

    @Test(arguments: ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"])
    func `every name in the documents is alive`(document: String) throws {
        let types = DocumentRules.types(in: try (Tree.rooms.get() + Tree.tests.get()))

        // A file that stands in every plugin's folder is named without its place.
        let files = Set(
            try Tree.paths(under: "plugins", ending: "").compactMap {
                $0.split(separator: "/").last
            }
            .map(String.init)
        )

        let dead = DocumentRules.deadNames(
            in: try Tree.text(document),
            types: types,
            exists: { Tree.has($0) || files.contains($0) }
        )

        #expect(dead.isEmpty)
    }

    @Test(arguments: ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
    func `a document has one title`(document: String) throws {
        #expect(DocumentRules.surplusTitles(in: try Tree.text(document)) == 0)
    }

    @Test func `the change log has room for the next change`() throws {
        #expect(DocumentRules.problem(inChangeLog: try Tree.text("CHANGELOG.md")) == nil)
    }

    @Test(arguments: ["scripts/run", "scripts/test", "scripts/soak", "scripts/fuzz", ".ci/run"])
    func `what people start can be started`(script: String) throws {
        let path = Tree.root.appending(path: script).path

        #expect(FileManager.default.isExecutableFile(atPath: path))
        #expect(try Tree.text(script).hasPrefix("#!/usr/bin/env bash\n"))
    }

    @Test func `every shipped workflow has a test beside it`() throws {
        let names = try Tree.names(in: "workflows")

        #expect(names.count > 10)
        #expect(DocumentRules.untested(names).isEmpty)
    }

    @Test func `every plugin has a manifest and a page for people`() throws {
        let plugins = try Tree.names(in: "plugins").filter { !$0.contains(".") }

        #expect(plugins.count >= 5)
        for plugin in plugins {
            let missing = DocumentRules.missing(inPlugin: try Tree.names(in: "plugins/\(plugin)"))
            #expect(missing.isEmpty, "plugins/\(plugin)")
        }
    }
}
