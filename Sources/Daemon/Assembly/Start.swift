package import Model

/// What a start is given from outside: where settings come from, and the time.
package struct Start: Sendable {
    /// The settings file; nil for built-in defaults.
    package var config: String?
    /// What the command line says.
    package var flags: [SettingName: String]
    /// The process's environment.
    package var environment: [String: String]
    /// The wall clock.
    package var clock: WallClock

    /// Wraps what a start is given.
    package init(
        config: String?,
        flags: [SettingName: String] = [:],
        environment: [String: String],
        clock: @escaping WallClock
    ) {
        self.config = config
        self.flags = flags
        self.environment = environment
        self.clock = clock
    }

    /// Reads the settings from all their sources; a reload reads them again.
    package func settings() throws(Mistakes) -> Settings {
        try SettingsReader.read(
            try SettingsSources.read(path: config, flags: flags, environment: environment)
        )
    }
}
