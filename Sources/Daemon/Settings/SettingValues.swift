import Actions
import Model
import YAMLTree

/// Single settings looked up in all sources, typed when taken; mistakes are noted, nil is given.
struct SettingValues {
    private let sources: SettingsSources
    private let tree: SettingsTree
    private let mistakes: MistakeList

    /// Wraps the sources and the file's nodes.
    init(_ sources: SettingsSources, _ tree: SettingsTree, noting mistakes: MistakeList) {
        self.sources = sources
        self.tree = tree
        self.mistakes = mistakes
    }

    /// Where a setting's value stands, or the file's first line when nobody gave it.
    func place(of name: SettingName) -> SourcePlace {
        outside(name)?.place ?? tree.values[name]?.place ?? mistakes.file.place(1, 1)
    }

    /// Whether anybody gave it.
    func isGiven(_ name: SettingName) -> Bool {
        outside(name) != nil || tree.values[name] != nil
    }

    /// A text that is not empty.
    func text(_ name: SettingName) -> String? {
        guard let given = given(name) else { return nil }
        guard !given.text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
        else {
            note("\"\(name.rawValue)\" has a line break or control character; remove it", given)
            return nil
        }
        return given.text
    }

    /// A path as seen from the current folder.
    func path(_ name: SettingName) -> String? {
        given(name).map { PathText.join($0.base, $0.text) }
            ?? (name.defaultText.isEmpty
                ? nil : PathText.join(base, name.defaultText))
    }

    /// A host and a port.
    func address(_ name: SettingName) -> HostPort? {
        take(name, "host and port; write them like \(name.defaultText)") { HostPort($0) }
    }

    /// A whole number within bounds.
    func integer(_ name: SettingName, in range: ClosedRange<Int>) -> Int? {
        let bounds = "whole number from \(range.lowerBound) to \(range.upperBound)"
        return take(name, bounds) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A size within bounds.
    func size(_ name: SettingName, in range: ClosedRange<Int>) -> Int? {
        let bounds =
            "size from \(SizeText.write(range.lowerBound)) to \(SizeText.write(range.upperBound)); "
            + "write it like \(name.defaultText)"
        return take(name, bounds) { text in
            SizeText.parse(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A span of time within bounds.
    func duration(_ name: SettingName, in range: ClosedRange<Duration>) -> Duration? {
        let bounds =
            "duration from \(DurationText.write(range.lowerBound)) to "
            + "\(DurationText.write(range.upperBound)); write it like \(name.defaultText)"
        return take(name, bounds) { text in
            DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of an enum's words.
    func choice<Word: CaseIterable & RawRepresentable<String>>(_ name: SettingName) -> Word? {
        guard let given = given(name) else { return nil }
        if let word = Word(rawValue: given.text) { return word }
        let words = Word.allCases.map(\.rawValue)
        note(ScalarReader.noChoice(given.text, of: name.rawValue, among: words), given)
        return nil
    }

    /// A mailbox, `name@example.com` or `Name <name@example.com>`.
    func mailbox(_ name: SettingName) -> String? {
        guard let given = given(name) else { return nil }
        do {
            _ = try MailAddress(parsing: given.text)
            return given.text
        } catch {
            note(
                "\"\(given.text)\" is no mailbox, write it like Shop <shop@example.com>: \(error)",
                given
            )
            return nil
        }
    }

    /// A language tag, `en` or `ar-SA`.
    func locale(_ name: SettingName) -> String? {
        take(name, "language tag; write it like en or ar-SA") { text in
            let isSound =
                text.first?.isLetter == true && text.count <= 35
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            return isSound ? text : nil
        }
    }

    /// A web address.
    func link(_ name: SettingName) -> String? {
        take(name, "web address; write it like https://example.com") { text in
            let rest = ["https://", "http://"].first { text.hasPrefix($0) }.map {
                text.dropFirst($0.count)
            }
            return rest.map { !$0.isEmpty && !$0.contains(where: \.isWhitespace) } == true
                ? text : nil
        }
    }

    /// A secret: a reference in the file, the secret itself everywhere else.
    func secret(_ name: SettingName) -> Secret? {
        guard let given = given(name) else { return nil }
        guard given.isInFile else { return Secret(given.text) }
        guard let reference = SecretReference(given.text) else {
            mistakes.take([
                Mistake(
                    "a secret does not belong in this file; write ${env:NAME} or ${file:path}",
                    at: given.place
                )
            ])
            return nil
        }
        do {
            return try reference.resolve(sources, base: given.base)
        } catch {
            note("\(error)", given)
            return nil
        }
    }

    /// The address of a Sentry project, which is a secret.
    func dsn(_ name: SettingName) -> Secret? {
        guard let secret = secret(name), let given = given(name) else { return nil }
        do {
            _ = try SentryDSN(secret)
            return secret
        } catch {
            note("\(error); copy the DSN from the project's settings", given)
            return nil
        }
    }

    /// A list of hosts: a list in the file, separated by commas elsewhere.
    func hosts(_ name: SettingName) -> [String] {
        var items: [GivenText] = []
        if let given = outside(name) {
            items = given.text.split(separator: ",").map { part in
                given.with(text: part.filter { !$0.isWhitespace })
            }
        } else if let node = tree.values[name] {
            guard let nodes = node.sequence else {
                mistakes.note(
                    "\"\(name.rawValue)\" must be a list, not \(node.kindName)",
                    at: node.place
                )
                return []
            }
            items = nodes.compactMap { inFile($0, name) }
        }
        return items.compactMap { item in
            let host = HostPort(item.text)?.host ?? item.text
            let isSound =
                !host.isEmpty
                && host.allSatisfy {
                    $0.isASCII && ($0.isLetter || $0.isNumber || "-.:_".contains($0))
                }
            if !isSound { note("\"\(item.text)\" is no host; write host or host:port", item) }
            return isSound ? item.text.lowercased() : nil
        }
    }

    /// The line of `till config show`.
    func shown(_ name: SettingName) -> ShownSetting {
        let found =
            outside(name)
            ?? tree.values[name].flatMap { node in
                node.scalar.map { given(node, $0.text) }
            }
        var value = found?.text ?? name.defaultText
        if name == .allowHosts { value = hostsShown(name) }
        if [.state, .workflows, .plugins, .smtpCAFile].contains(name), !value.isEmpty {
            value = PathText.join(found?.base ?? base, value)
        }
        if name.isSecret, let found, !found.text.isEmpty, SecretReference(value) == nil {
            value = "\(Secret(value))"
        }
        let isListed = name == .allowHosts && tree.values[name] != nil
        let origin = found?.origin ?? (isListed ? mistakes.file.path : "default")
        return ShownSetting(
            name: name.rawValue,
            value: value,
            origin: origin,
            isLive: name.isLive
        )
    }

    /// The folder that relative paths of the file and of the defaults start from.
    private var base: String { PathText.folder(of: mistakes.file.path) }

    private func hostsShown(_ name: SettingName) -> String {
        if let given = outside(name) { return given.text }
        return (tree.values[name]?.sequence ?? []).compactMap { $0.scalar?.text }
            .joined(separator: ", ")
    }

    private func given(_ name: SettingName) -> GivenText? {
        outside(name) ?? tree.values[name].flatMap { inFile($0, name) }
    }

    private func inFile(_ node: Node, _ name: SettingName) -> GivenText? {
        guard let text = ScalarReader.text(node, of: name.rawValue, noting: mistakes),
            !text.isEmpty
        else { return nil }
        if !name.isSecret, text.contains("${") {
            mistakes.note(
                "\"\(name.rawValue)\" takes no reference; write the value, or set "
                    + "\(name.environmentName) in the environment",
                at: node.place
            )
            return nil
        }
        return given(node, text)
    }

    private func given(_ node: Node, _ text: String) -> GivenText {
        GivenText(
            text: text,
            place: node.place,
            line: nil,
            origin: "\(node.place.file):\(node.place.line)",
            base: base,
            isInFile: true
        )
    }

    /// What flag, environment or credential say; an empty text counts as not said.
    private func outside(_ name: SettingName) -> GivenText? {
        let variable = name.environmentName
        let candidates = [
            (sources.flags[name], "--\(name.rawValue)", "flag --\(name.rawValue)"),
            (sources.environment[variable], "$\(variable)", "environment \(variable)"),
            (
                sources.credentials[variable], "credential \(variable.lowercased())",
                "credential \(variable.lowercased())"
            ),
        ]
        for case (let text?, let file, let origin) in candidates where !text.isEmpty {
            return GivenText(
                text: text,
                place: SourcePlace(file: file, line: 1, column: 1),
                line: name.isSecret ? nil : text,
                origin: origin,
                base: ".",
                isInFile: false
            )
        }
        return nil
    }

    private func take<Taken>(
        _ name: SettingName,
        _ what: String,
        _ read: (String) -> Taken?
    ) -> Taken? {
        guard let given = given(name) else { return nil }
        if let value = read(given.text) { return value }
        note("\"\(given.text)\" is no \(what)", given)
        return nil
    }

    private func note(_ message: String, _ given: GivenText) {
        if given.isInFile {
            mistakes.note(message, at: given.place)
        } else {
            mistakes.take([Mistake(message, at: given.place, sourceLine: given.line)])
        }
    }
}
