extension Settings {
    /// What differs between two sets of settings, by name.
    package struct Changes: Sendable, Equatable {
        /// What a reload puts in force.
        package var live: [String] = []
        /// What needs a restart.
        package var needsRestart: [String] = []
    }

    /// What differs in newer settings; secrets are compared, never shown.
    package func changes(to newer: Settings) -> Changes {
        let old = Dictionary(
            shown.map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
        var changes = Changes()
        for line in newer.shown where old[line.name] != line.value {
            if line.isLive {
                changes.live.append(line.name)
            } else {
                changes.needsRestart.append(line.name)
            }
        }
        let names = Set(newer.shown.map(\.name))
        changes.live += shown.map(\.name).filter { !names.contains($0) }
        let secrets: [(String, Bool)] = [
            (SettingName.smtpPassword.rawValue, mail.smtp.password == newer.mail.smtp.password),
            (SettingName.sentryDSN.rawValue, sentryDSN == newer.sentryDSN),
            ("endpoints", endpoints.map(\.secrets) == newer.endpoints.map(\.secrets)),
        ]
        for (name, isEqual) in secrets where !isEqual {
            let isNamed = changes.live.contains { $0 == name || $0.hasPrefix(name + ".") }
            if !isNamed { changes.live.append(name) }
        }
        return changes
    }

    /// These settings with everything that needs a restart taken from those in force.
    package func keepingWhatNeedsRestart(of inForce: Settings) -> Settings {
        var settings = self
        settings.listen = inForce.listen
        settings.adminListen = inForce.adminListen
        settings.state = inForce.state
        settings.limits = inForce.limits
        settings.log.format = inForce.log.format
        return settings
    }
}
