import Foundation
package import Model
package import YAMLTree

/// Where values of settings may come from; in rising order of weight: file, credentials,
/// environment, flags.
package struct SettingsSources: Sendable {
    /// The settings file; nil for built-in defaults only.
    package var file: SourceFile?
    /// What the command line says.
    package var flags: [SettingName: String]
    /// The process's environment.
    package var environment: [String: String]
    /// Secrets that systemd handed over, by the name of the variable they stand in for.
    package var credentials: [String: String]

    /// Wraps sources that are at hand.
    package init(
        file: SourceFile? = nil,
        flags: [SettingName: String] = [:],
        environment: [String: String] = [:],
        credentials: [String: String] = [:]
    ) {
        self.file = file
        self.flags = flags
        self.environment = environment
        self.credentials = credentials
    }

    /// Reads the settings file and the credentials directory; called again at each reload.
    ///
    /// - Parameters:
    ///   - path: The settings file; nil for none.
    ///   - flags: What the command line says.
    ///   - environment: The process's environment; `CREDENTIALS_DIRECTORY` names the directory.
    /// - Returns: All sources.
    /// - Throws: ``Mistakes`` when a file can't be read.
    package static func read(
        path: String?,
        flags: [SettingName: String],
        environment: [String: String]
    ) throws(Mistakes) -> SettingsSources {
        var sources = SettingsSources(flags: flags, environment: environment)
        if let path {
            sources.file = try SourceFile.read(path)
        }
        guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
            return sources
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw unreadable(folder)
        }
        for name in names.sorted() where !name.hasPrefix(".") {
            sources.credentials[name.uppercased()] = try text(of: folder + "/" + name)
        }
        return sources
    }

    /// Everything `${env:NAME}` may refer to: the environment, then the credentials.
    package var namedTexts: [String: String] {
        environment.merging(credentials) { variable, credential in
            variable.isEmpty ? credential : variable
        }
    }

    /// The text without the line feed that editors and `echo` leave at the end.
    private static func text(of path: String) throws(Mistakes) -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw unreadable(path)
        }
    }

    private static func unreadable(_ path: String) -> Mistakes {
        Mistakes([
            Mistake(
                "the credential can't be read as UTF-8 text; check the file and its mode",
                at: SourcePlace(file: path, line: 1, column: 1)
            )
        ])
    }
}
