import Testing

@Suite struct `The table of others' mistakes` {
    @Test func `names a living test for each`() throws {
        let found = PitfallRule.findings(in: try Tree.text("Tests/PITFALLS.md")) {
            Tree.has($0) ? textOrNil($0) : nil
        }

        #expect(found == [])
    }

    @Test func `is found wanting where a test is gone, a file is gone or a line is missing`() {
        let whole = (1...PitfallRule.count).map { "| \($0) | a | `f`: it holds |" }
        let text = { (path: String) in path == "f" ? "func `it holds`" : nil }
        func findings(_ change: (inout [String]) -> Void) -> [String] {
            var lines = whole
            change(&lines)
            return PitfallRule.findings(in: lines.joined(separator: "\n"), text: text)
        }

        #expect(findings { _ in } == [])
        #expect(findings { $0.remove(at: 4) }.count == 1)
        #expect(findings { $0[0] = "| 1 | a | `f`: it holds; `f`: it is gone |" }.count == 1)
        #expect(findings { $0[0] = "| 1 | a | `g`: it holds |" }.count == 1)
        #expect(findings { $0[0] = "| 1 | a | somewhere |" }.count == 1)
        #expect(
            findings { lines in
                for at in 0...PitfallRule.withoutTest {
                    lines[at] = "| \(at + 1) | a | not built: it does not |"
                }
            }.count == 1
        )
    }

    private func textOrNil(_ path: String) -> String? {
        do {
            return try Tree.text(path)
        } catch {
            // swallow: a file that cannot be read is reported like one that is not there.
            return nil
        }
    }
}
