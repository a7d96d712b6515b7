/// Constructs that do not belong here, each with what to do instead.
enum BannedRule {
    /// Where a ban holds.
    enum Scope {
        case everywhere, sources, tests
    }

    /// One ban.
    struct Ban {
        /// A word that is in every such line; looked for first, because that is quick.
        let words: [String]
        /// What to look for in code (not in comments and texts).
        let form: Regex<AnyRegexOutput>
        /// What it is called, and what to do instead.
        let advice: String
        /// Where it holds.
        let scope: Scope
        /// Whether `// Why:` on the line before excuses it (C handles, peers without a signal).
        let mayBeExplained: Bool

        /// Makes a ban.
        init(
            _ words: String...,
            form: some RegexComponent,
            _ advice: String,
            in scope: Scope = .sources,
            mayBeExplained: Bool = false
        ) {
            self.words = words
            // The default boundary of Unicode sees none in "a.b".
            self.form = Regex(form.regex).wordBoundaryKind(.simple)
            self.advice = advice
            self.scope = scope
            self.mayBeExplained = mayBeExplained
        }

        /// Whether a line of code does what is banned.
        func forbids(_ line: String) -> Bool {
            words.contains(where: line.contains) && line.contains(form)
        }
    }

    /// All bans.
    static var bans: [Ban] { errors + concurrency + money + tests }

    private static var errors: [Ban] {
        [
            Ban(
                "try?",
                form: #/\btry\?/#,
                "try? swallows an error: handle it",
                mayBeExplained: true
            ),
            Ban("try!", form: #/\btry!/#, "try! ends the process: throw", in: .everywhere),
            Ban("as!", form: #/\bas!/#, "as! ends the process: use as? and throw", in: .everywhere),
            Ban(
                "fatalError",
                form: #/\bfatalError\s*\(/#,
                "fatalError ends the process: throw",
                in: .everywhere
            ),
            Ban(
                "catch",
                form: #/\bcatch\s*\{\s*\}/#,
                "an empty catch swallows an error: handle it"
            ),
            Ban(
                "public",
                form: #/^\s*public\s/#,
                "public: package is the widest access here",
                in: .everywhere
            ),
            Ban("open", form: #/^\s*open\s+(class|func|var)\s/#, "open: nobody overrides ours"),
        ]
    }

    private static var concurrency: [Ban] {
        [
            Ban(
                "@unchecked",
                form: #/@unchecked\s+Sendable/#,
                "@unchecked Sendable: use a value or Mutex",
                mayBeExplained: true
            ),
            Ban(
                "nonisolated(unsafe)",
                form: #/nonisolated\(unsafe\)/#,
                "nonisolated(unsafe): use a value or Mutex",
                mayBeExplained: true
            ),
            Ban(
                "detached",
                form: #/\bTask\.detached\b/#,
                "Task.detached: use a task group",
                in: .everywhere
            ),
            Ban(
                "DispatchQueue",
                form: #/\bDispatchQueue\b/#,
                "DispatchQueue: use tasks, or a thread of its own for C"
            ),
        ]
    }

    private static var money: [Ban] {
        [
            Ban(
                "Double",
                "Float",
                form:
                    #/(?i)\b(amount|money|minor|price|balance|credits?)\w*\s*:\s*(Double|Float)\b/#,
                "money in floating point: use integers of the minor unit",
                in: .everywhere
            ),
            Ban(
                "Double(",
                "Float(",
                form: #/(?i)\b(Double|Float)\(\s*\w*(amount|money|minor|price|balance|credit)/#,
                "money in floating point: use integers of the minor unit",
                in: .everywhere
            ),
        ]
    }

    private static var tests: [Ban] {
        [
            Ban(
                "sleep",
                form: #/\b(Task\.sleep|Thread\.sleep|usleep|nanosleep)\b/#,
                "a test that sleeps is slow or wrong: wait for what must happen",
                in: .tests,
                mayBeExplained: true
            ),
            Ban(
                ".disabled(",
                "withKnownIssue",
                form: #/\.disabled\(|withKnownIssue/#,
                "a test that does not judge: mend it",
                in: .tests
            ),
        ]
    }

    /// Banned constructs in code, and unfinished-work words anywhere.
    static func findings(in source: SourceText) -> [Finding] {
        let isTest = source.path.hasPrefix("Tests/")
        // Most files hold none of the words, and to ask that of the whole is quick.
        let whole = source.code.joined(separator: "\n")
        let bans = bans.filter {
            ($0.scope == .everywhere || ($0.scope == .tests) == isTest)
                && $0.words.contains(where: whole.contains)
        }
        var found: [Finding] = []
        for (index, line) in source.code.enumerated() where line.contains(where: { $0 != " " }) {
            for ban in bans where ban.forbids(line) {
                if ban.mayBeExplained, isExplained(index, in: source) { continue }
                found.append(source.finding(index, ban.advice))
            }
        }
        return found + unfinished(source)
    }

    /// Whether the comment right above begins with `// Why:`.
    private static func isExplained(_ index: Int, in source: SourceText) -> Bool {
        var line = index - 1
        while line >= 0, source.lines[line].contains(#/^\s*\/\//#) {
            if source.lines[line].contains("// Why:") { return true }
            line -= 1
        }
        return false
    }

    private static func unfinished(_ source: SourceText) -> [Finding] {
        // Written in two halves so that this file does not contain what it looks for.
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:"]
        let whole = source.lines.joined(separator: "\n")
        guard words.contains(where: whole.contains) else { return [] }
        return source.lines.indices.compactMap { index in
            guard let word = words.first(where: { source.lines[index].contains($0) }) else {
                return nil
            }
            return source.finding(index, "\(word): do it now or leave it out")
        }
    }
}
