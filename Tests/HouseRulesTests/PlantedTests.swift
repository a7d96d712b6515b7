import Testing

/// Every rule must catch what it is there for, and leave alone what only looks like it.
@Suite struct `Each house rule catches a planted violation` {
    private func source(_ text: String, at path: String = "Sources/Model/Made.swift") -> SourceText
    {
        SourceText(path: path, text: text)
    }

    @Test func `a line of 101 characters`() {
        let long = source("let a = 1\n" + String(repeating: "x", count: 101))

        #expect(SizeRules.findings(in: long).map(\.line) == [2])
        #expect(SizeRules.findings(in: source(String(repeating: "x", count: 100))).isEmpty)
    }

    @Test func `a file of 401 lines`() {
        let lines = { (count: Int) in String(repeating: "let a = 1\n", count: count) }

        #expect(SizeRules.findings(in: source(lines(401))).count == 1)
        #expect(SizeRules.findings(in: source(lines(400))).isEmpty)
    }

    @Test(arguments: ["func work(a: Int)", "init(a: Int)", "static func work<T>(\n    a: T\n)"])
    func `a function of 61 lines`(head: String) {
        let body = { (count: Int) in
            "struct A {\n\(head) {\n" + String(repeating: "    work()\n", count: count) + "}\n}\n"
        }

        #expect(SizeRules.findings(in: source(body(61))).count == 1)
        #expect(SizeRules.findings(in: source(body(60))).isEmpty)
    }

    @Test func `a function of six parameters`() {
        let six = "func f(a: Int, b: Int, c: Int, d: Int,\n    e: Int, f: [Int: Int])"

        #expect(SizeRules.findings(in: source(six)).count == 1)
        #expect(SizeRules.findings(in: source("func f(a: [Int: Int], b: Int)")).isEmpty)
    }

    @Test(arguments: [
        "package struct Thing {}", "    package static func work() {}", "var open: Int { 1 }",
        "package init(a: Int) {}", "@MainActor package final class Thing {}", "typealias A = B",
        "/// No full stop here\nlet a = 1", "/// The thing.\nstruct Thing {}",
        "struct A {\n    let b = 1\n}", "// Not a doc comment.\nlet a = 1",
    ])
    func `a declaration without a sentence of its own`(text: String) {
        #expect(!CommentRule.findings(in: source(text)).isEmpty)
    }

    @Test(arguments: [
        "/// What it is.\n@Sendable\npackage func work() {}", "private let a = 1",
        "private struct A {\n    let b = 1\n}",
        "extension A {\n    var description: String { a }\n}",
        "/// Does it.\nfunc a() {\n    let b = 1\n    func c() {}\n}",
        "/// What it is.\n@Option(\n    help: \"a\"\n)\nvar a: Int",
        "/// Makes it.\npackage init(\n    actor: String, class: Int\n) {}",
        "/// What it is,\n/// in two lines.\n///\n/// More of it\nlet a = 1",
    ])
    func `but not what is private, local or said`(text: String) {
        #expect(CommentRule.findings(in: source(text)).isEmpty)
    }

    @Test func `a comment is inherited from our own protocol, and only from there`() {
        let promise = source("/// A.\nprotocol P {\n    /// Works.\n    func work()\n}")
        let kept = source("/// Keeps it.\nstruct B: P {\n    func work() {}\n    func rest() {}\n}")

        let inherited = CommentRule.requirements(in: [promise])

        #expect(inherited == ["work"])
        #expect(CommentRule.findings(in: kept, inherited: inherited).map(\.line) == [4])
        #expect(CommentRule.findings(in: kept).count == 2)
    }

    @Test(arguments: [
        "let a = try? b()", "let a = try! b()", "let a = b as! C", "fatalError(\"no\")",
        "do { try a() } catch { }", "final class A: @unchecked Sendable {}",
        "nonisolated(unsafe) var a = 1", "Task.detached { }", "DispatchQueue.main.async {}",
        "public struct A {}", "let amount: Double = 1", "let a = Double(amountMinor)",
        "let totalCredits = Float(creditsLeft)", "// TO" + "DO: later", "// FIX" + "ME",
        "let text = \"\\(try! b())\"",
    ])
    func `a banned construct`(text: String) {
        #expect(BannedRule.findings(in: source(text)).count == 1)
    }

    @Test(arguments: [
        "// try! is not for us", "let a = \"try? fatalError(\"", "let a = try b()",
        "/* a /* nested */ try! */ let a = 1", "let a = #\"try! \"quoted\" \"#",
        "func `a name with try! in it`() {}", "// Why: the handle is C's\nlet a = try? b()",
        "let seconds = Double(attempts)", "let a = \"\"\"\n  \"try!\" \\(b(\"as! C\"))\n  \"\"\"",
    ])
    func `but not words in comments, texts and names`(text: String) {
        #expect(BannedRule.findings(in: source(text)).isEmpty)
    }

    @Test func `a test that sleeps or does not judge`() {
        let path = "Tests/ModelTests/Made.swift"
        let sleeping = source("try await Task.sleep(for: .seconds(1))", at: path)
        let idle = source("@Test(.disabled(\"later\")) func a() {}", at: path)

        #expect(BannedRule.findings(in: sleeping).count == 1)
        #expect(BannedRule.findings(in: idle).count == 1)
    }

    private let manifest = """
        let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
        let rooms: [Target] = [
            .target(name: "Model", swiftSettings: safe),
            .target(
                name: "Stripe", dependencies: ["Model", crypto],
                swiftSettings: safe),
            .target(name: "Store", dependencies: ["Model"]),
        ]
        """

    @Test(arguments: [
        "import Stripe", "package import Crypto", "import struct Hummingbird.Row",
        "@testable import Stripe",
    ])
    func `an import the room has no right to`(text: String) {
        let walk = Walk(manifest: manifest)

        #expect(walk.findings(in: source(text, at: "Sources/Store/Made.swift")).count == 1)
        let allowed = source("package import Model\nimport Crypto", at: "Sources/Stripe/A.swift")
        #expect(walk.findings(in: allowed).isEmpty)
    }

    @Test func `a room that depends on a later one`() {
        let turned = manifest.replacing(
            "name: \"Model\",",
            with: "name: \"Model\", dependencies: [\"Store\"],"
        )

        #expect(Walk(manifest: manifest).upward.isEmpty)
        #expect(Walk(manifest: turned).upward == ["Model uses Store, which comes after it"])
    }

    @Test func `a dead name in a document`() {
        let text = "`OldType`, `Known`, `KnownType`, `a/gone.swift`, `a/here.swift`, `a = B/c`"

        let dead = DocumentRules.deadNames(
            in: text,
            types: ["KnownType"],
            exists: { $0 == "a/here.swift" }
        )

        #expect(dead == ["OldType", "a/gone.swift"])
    }

    @Test func `documents, workflows and plugins that lack something`() {
        #expect(DocumentRules.problem(inChangeLog: "# Log\n\n## 1.0.0\n") != nil)
        #expect(DocumentRules.surplusTitles(in: "# One\n\n# Two\n") == 1)
        #expect(DocumentRules.surplusTitles(in: "# One\n\n```\n# comment\n```\n") == 0)
        #expect(DocumentRules.untested(["a.yaml", "b.yaml", "b.test.yaml"]) == ["a.yaml"])
        #expect(DocumentRules.missing(inPlugin: ["plugin.yaml"]) == ["README.md"])
    }
}
