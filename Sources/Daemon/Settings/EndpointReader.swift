import Intake
import Model
import YAMLTree

/// Reads the list under `endpoints`; without one there is the built-in endpoint.
struct EndpointReader {
    /// What the list came to.
    struct Found {
        /// The endpoints.
        var list: [EndpointSettings] = []
        /// Lines for `till config show`.
        var shown: [ShownSetting] = []
        /// What looks wrong and is no mistake.
        var warnings: [String] = []
    }

    /// The keys of one endpoint.
    private static let keys = ["name", "path", "secrets", "mode", "account", "payload"]

    private let sources: SettingsSources
    private let mistakes: MistakeList

    /// Makes a reader that looks secrets up in those sources.
    init(_ sources: SettingsSources, noting mistakes: MistakeList) {
        self.sources = sources
        self.mistakes = mistakes
    }

    /// Reads the list.
    func read(_ node: Node?) -> Found {
        var found = Found()
        guard let node else {
            let place = mistakes.file.place(1, 1)
            var endpoint = Settings.builtInEndpoint
            let reference = Settings.builtInSecretReference
            endpoint.secrets = secret(reference, of: endpoint.name, at: place).map { [$0] } ?? []
            show(endpoint, [reference], "default", in: &found)
            return found
        }
        guard let items = node.sequence, !items.isEmpty else {
            mistakes.note(
                "\"endpoints\" must be a list with at least one endpoint, not "
                    + (node.sequence == nil ? node.kindName : "an empty one"),
                at: node.place
            )
            return found
        }
        for item in items {
            read(item, into: &found)
        }
        return found
    }

    private func read(_ node: Node, into found: inout Found) {
        let reader = MappingReader(node, as: "an endpoint", keys: Self.keys, noting: mistakes)
        guard node.mapping != nil else { return }
        let name = name(reader, found)
        let path = path(reader, found)
        let texts = reader.texts("secrets", required: true, orOne: true) ?? []
        let secrets = texts.compactMap { item in
            secret(item.text, of: name, at: item.node.place)
        }
        let isGiven = { (key: String) in reader.raw(key).map { !$0.isNull } == true }
        var endpoint = EndpointSettings(name: name, path: path, secrets: secrets)
        if isGiven("mode") { endpoint.mode = reader.choice("mode") ?? .any }
        if isGiven("payload") { endpoint.payload = reader.choice("payload") ?? .snapshot }
        if isGiven("account") {
            endpoint.account = reader.text("account")
            if let account = endpoint.account, !account.hasPrefix("acct_") {
                reader.note(
                    "\"\(account)\" is no account; copy the id that begins with acct_",
                    at: "account"
                )
            }
        }
        let origin = "\(node.place.file):\(node.place.line)"
        show(endpoint, texts.map(\.text), origin, in: &found)
    }

    private func name(_ reader: MappingReader, _ found: Found) -> String {
        guard reader.raw("name").map({ !$0.isNull }) == true else {
            if found.list.contains(where: { $0.name == Settings.builtInEndpoint.name }) {
                reader.mistakes.note(
                    "a second endpoint needs a name of its own; add \"name\"",
                    at: reader.place
                )
            }
            return Settings.builtInEndpoint.name
        }
        let name = reader.text("name") ?? ""
        let isSound =
            name.first?.isLetter == true && name.utf8.count <= 64
            && name.allSatisfy {
                $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-" || $0 == "_")
            }
        if !isSound, !name.isEmpty {
            reader.note(
                "\"\(name)\" is no name; write lower-case letters, digits, \"-\" and \"_\", "
                    + "a letter first",
                at: "name"
            )
        } else if found.list.contains(where: { $0.name == name }) {
            reader.note("two endpoints are named \"\(name)\"; rename one", at: "name")
        }
        return name
    }

    private func path(_ reader: MappingReader, _ found: Found) -> String {
        guard reader.raw("path").map({ !$0.isNull }) == true else {
            let path = Settings.builtInEndpoint.path
            if found.list.contains(where: { $0.path == path }) {
                reader.mistakes.note(
                    "a second endpoint needs a path of its own; add \"path\"",
                    at: reader.place
                )
            }
            return path
        }
        let path = reader.text("path") ?? ""
        let isSound =
            path.hasPrefix("/") && path.utf8.count <= 255
            && path.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "/-_.~".contains($0))
            }
        if !isSound, !path.isEmpty {
            reader.note(
                "\"\(path)\" is no path; begin with \"/\" and write letters, digits, and any of "
                    + "\"/-_.~\"",
                at: "path"
            )
        } else if found.list.contains(where: { $0.path == path }) {
            reader.note(
                "two endpoints have the path \"\(path)\"; give one another",
                at: "path"
            )
        }
        return path
    }

    private func secret(_ text: String, of endpoint: String, at place: SourcePlace) -> Secret? {
        guard let reference = SecretReference(text) else {
            mistakes.take([
                Mistake(
                    "a signing secret does not belong in this file; write ${env:NAME} or "
                        + "${file:path}",
                    at: place
                )
            ])
            return nil
        }
        do {
            let secret = try reference.resolve(
                sources,
                base: PathText.folder(of: mistakes.file.path)
            )
            let wrong = ["sk_", "rk_", "pk_"].contains { secret.reveal.hasPrefix($0) }
            if wrong || secret.reveal.contains(where: \.isWhitespace) {
                mistakes.note(
                    "endpoint \"\(endpoint)\": what \(text) holds is no signing secret; copy the "
                        + "one that begins with whsec_ from the endpoint's page at Stripe",
                    at: place
                )
            }
            return secret
        } catch {
            mistakes.note(
                "endpoint \"\(endpoint)\" has no signing secret: \(error)",
                at: place
            )
            return nil
        }
    }

    private func show(
        _ endpoint: EndpointSettings,
        _ secrets: [String],
        _ origin: String,
        in found: inout Found
    ) {
        found.list.append(endpoint)
        let number = found.list.count
        let masked = secrets.map { SecretReference($0) == nil ? "\(Secret($0))" : $0 }
        let values = [
            ("name", endpoint.name), ("path", endpoint.path),
            ("secrets", masked.joined(separator: ", ")), ("mode", endpoint.mode.rawValue),
            ("account", endpoint.account ?? ""), ("payload", endpoint.payload.rawValue),
        ]
        for (key, value) in values {
            found.shown.append(
                ShownSetting(
                    name: "endpoints.\(number).\(key)",
                    value: value,
                    origin: origin,
                    isLive: true
                )
            )
        }
        let isLikely = endpoint.secrets.allSatisfy { $0.reveal.hasPrefix("whsec_") }
        if !isLikely {
            found.warnings.append(
                "a signing secret of endpoint \"\(endpoint.name)\" does not begin with whsec_"
            )
        }
    }
}
