package import Model
import Outbound
import Store
import YAMLTree

/// Settings from all their sources, checked; every mistake is found in one go.
package struct SettingsReader {
    private let sources: SettingsSources
    private let tree: SettingsTree
    private let values: SettingValues
    private let mistakes: MistakeList

    /// Reads settings.
    ///
    /// - Parameter sources: Where values may come from.
    /// - Returns: Checked settings, each value with its origin.
    /// - Throws: ``Mistakes`` with all that is wrong.
    package static func read(_ sources: SettingsSources) throws(Mistakes) -> Settings {
        try SettingsReader(sources).settings()
    }

    private init(_ sources: SettingsSources) {
        self.sources = sources
        let file = sources.file ?? SourceFile(path: "etc/till.yaml", text: "")
        mistakes = MistakeList(file)
        tree = SettingsTree(file, noting: mistakes)
        values = SettingValues(sources, tree, noting: mistakes)
    }

    private func settings() throws(Mistakes) -> Settings {
        let endpoints = EndpointReader(sources, noting: mistakes).read(tree.endpoints)
        var settings = Settings(
            state: values.path(.state) ?? "",
            workflows: values.path(.workflows) ?? "",
            plugins: values.path(.plugins) ?? "",
            endpoints: endpoints.list
        )
        settings.file = sources.file?.path
        settings.secrets = SecretResolver.system(
            environment: sources.namedTexts,
            folder: PathText.folder(of: mistakes.file.path)
        )
        settings.listen = values.address(.listen) ?? settings.listen
        settings.adminListen = values.address(.adminListen) ?? settings.adminListen
        settings.tolerance =
            values.duration(.tolerance, in: .seconds(1)...(.seconds(3600))) ?? settings.tolerance
        settings.mail = mail()
        settings.sentryDSN = values.dsn(.sentryDSN)
        settings.allowedHosts = values.hosts(.allowHosts)
        settings.requestsAtOnce =
            values.integer(.requestsAtOnce, in: 1...Limits.requestsAtOnce)
            ?? settings.requestsAtOnce
        settings.shop.name = values.text(.shopName) ?? settings.shop.name
        settings.shop.supportEmail = values.mailbox(.shopSupportEmail) ?? settings.shop.supportEmail
        settings.shop.url = values.link(.shopURL) ?? settings.shop.url
        settings.vars = vars()
        settings.log.level = values.choice(.logLevel) ?? settings.log.level
        settings.log.format = values.choice(.logFormat) ?? settings.log.format
        settings.limits = limits()
        let ages = Duration.seconds(86_400)...(.seconds(36_500 * 86_400))
        settings.retention.done =
            values.duration(.retentionDone, in: ages) ?? settings.retention.done
        settings.retention.failed =
            values.duration(.retentionFailed, in: ages) ?? settings.retention.failed
        settings.warnings = endpoints.warnings + unknownVariables()
        settings.shown = shown(settings, endpoints)
        try mistakes.check()
        return settings
    }

    private func mail() -> OutgoingMailSettings {
        var mail = OutgoingMailSettings()
        mail.transport = values.choice(.mailTransport) ?? mail.transport
        mail.from = values.mailbox(.mailFrom) ?? mail.from
        mail.replyTo = values.mailbox(.mailReplyTo)
        mail.defaultLocale = values.locale(.mailLocale) ?? mail.defaultLocale
        mail.smtp.host = values.text(.smtpHost)
        mail.smtp.port = values.integer(.smtpPort, in: 1...65_535) ?? mail.smtp.port
        mail.smtp.security = values.choice(.smtpSecurity) ?? mail.smtp.security
        mail.smtp.user = values.text(.smtpUser)
        mail.smtp.password = values.secret(.smtpPassword)
        mail.smtp.caFile = values.path(.smtpCAFile)
        if mail.transport == .smtp { check(mail) }
        return mail
    }

    /// What must agree before mails go to a server.
    private func check(_ mail: OutgoingMailSettings) {
        let place = { (name: SettingName) in self.values.place(of: name) }
        guard let host = mail.smtp.host else {
            mistakes.note(
                "transport smtp needs \"mail.smtp.host\"; name the mail server",
                at: place(.mailTransport)
            )
            return
        }
        if mail.smtp.security == .none, !HostPort.isLoopback(host) {
            mistakes.note(
                "security none would send mails to \(host) in clear; write starttls or tls",
                at: place(.smtpSecurity)
            )
        }
        if mail.from == OutgoingMailSettings().from, !values.isGiven(.mailFrom) {
            mistakes.note(
                "transport smtp needs a sender of your own; set \"mail.from\"",
                at: place(.mailTransport)
            )
        }
        if mail.smtp.password != nil, mail.smtp.user == nil {
            mistakes.note(
                "a password without a user; set \"mail.smtp.user\"",
                at: place(.smtpPassword)
            )
        }
    }

    private func limits() -> LimitSettings {
        var limits = LimitSettings()
        let moments = Duration.seconds(1)...(.seconds(300))
        limits.body = values.size(.limitBody, in: 1024...(16 << 20)) ?? limits.body
        limits.connections =
            values.integer(.limitConnections, in: 1...65_535) ?? limits.connections
        limits.refusedPerMinute =
            values.integer(.limitRefused, in: 1...60_000) ?? limits.refusedPerMinute
        limits.requestTime = values.duration(.limitRequestTime, in: moments) ?? limits.requestTime
        limits.idleTime = values.duration(.limitIdleTime, in: moments) ?? limits.idleTime
        return limits
    }

    private func vars() -> Fields {
        guard let node = tree.vars else { return Fields() }
        guard let pairs = node.mapping else {
            mistakes.note(
                "\"vars\" must be a mapping of names and texts, not \(node.kindName)",
                at: node.place
            )
            return Fields()
        }
        var vars = Fields()
        for pair in pairs {
            guard let text = ScalarReader.text(pair.value, of: pair.key, noting: mistakes) else {
                continue
            }
            if text.contains("${") {
                mistakes.note(
                    "vars are recorded in clear, so they take no reference; write the text itself, "
                        + "or use ${env:…} in the workflow's \"with\"",
                    at: pair.value.place
                )
            }
            vars[pair.key] = .text(text)
        }
        return vars
    }

    /// Variables that look like settings and are none, a sentence each.
    private func unknownVariables() -> [String] {
        let known = SettingName.allCases.map(\.environmentName)
        return sources.environment.keys.sorted().compactMap { name in
            guard name.hasPrefix("TILL_"), !known.contains(name),
                let near = Suggestion.nearest(to: name, among: known)
            else { return nil }
            return "the environment has \(name), which is no setting; did you mean \(near)?"
        }
    }

    private func shown(_ settings: Settings, _ endpoints: EndpointReader.Found) -> [ShownSetting] {
        var lines: [ShownSetting] = []
        for name in SettingName.allCases {
            if name == .tolerance { lines += endpoints.shown }
            lines.append(values.shown(name))
        }
        for pair in settings.vars.pairs {
            lines.append(
                ShownSetting(
                    name: "vars.\(pair.name)",
                    value: pair.value.asText,
                    origin: sources.file?.path ?? "",
                    isLive: true
                )
            )
        }
        return lines
    }
}
