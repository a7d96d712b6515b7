import ArgumentParser
import Daemon
import Foundation
import Model

/// Where settings come from; for commands that need all of them.
struct SettingsOptions: ParsableArguments {
    /// The settings file.
    @Option(
        help: ArgumentHelp(
            "The settings file; else TILL_CONFIG, etc/till.yaml, /etc/till/till.yaml.",
            valueName: "file"
        )
    )
    var config: String?

    /// The state folder.
    @Option(
        help: ArgumentHelp(
            "The folder of database, outbox and socket; else TILL_STATE or the settings file.",
            valueName: "dir"
        )
    )
    var state: String?

    /// The settings file in force, nil when there is none at all.
    var file: String? {
        let environment = ProcessInfo.processInfo.environment
        if let config { return config }
        if let named = environment["TILL_CONFIG"], !named.isEmpty { return named }
        return ["etc/till.yaml", "/etc/till/till.yaml"].first {
            FileManager.default.fileExists(atPath: $0)
        }
    }

    /// Reads the sources of all settings.
    ///
    /// - Parameter flags: What other flags say.
    /// - Returns: The sources.
    /// - Throws: ``CommandFailure`` when the settings file is not there, `Mistakes` when it can't
    /// be read.
    func sources(_ flags: [SettingName: String] = [:]) throws -> SettingsSources {
        if let file, !FileManager.default.fileExists(atPath: file) {
            throw CommandFailure(
                "there is no settings file \(file); name another one with --config",
                .noInput
            )
        }
        var flags = flags
        if let state { flags[.state] = state }
        return try SettingsSources.read(
            path: file,
            flags: flags,
            environment: ProcessInfo.processInfo.environment
        )
    }

    /// The state folder, without asking anything else of the settings: no secret needs to be there.
    func stateFolder() throws -> String {
        if let state { return state }
        return try SettingsReader.stateFolder(sources())
    }
}
