import Model

@testable import Daemon
@testable import YAMLTree

/// A settings file with an environment: read to the end, and no secret shown, whatever they say.
enum SettingsTarget {
    private static let canary = "whsec_CanaryCanaryCanary"

    /// Runs a text through it: the file, then U+0001 and `NAME=value` for each variable.
    static func run(_ text: String) throws(Broken) {
        guard !text.contains("Canary") else { return }
        var pieces = text.split(separator: "\u{1}", omittingEmptySubsequences: false)
        let file = SourceFile(path: "etc/till.yaml", text: String(pieces.removeFirst()))
        var environment: [String: String] = [:]
        for piece in pieces {
            let halves = piece.split(separator: "=", maxSplits: 1).map(String.init)
            if halves.count == 2 { environment["TILL_" + halves[0]] = halves[1] }
        }
        environment["STRIPE_WEBHOOK_SECRET"] = canary
        let sources = SettingsSources(file: file, environment: environment)
        try read(sources, file)
        try read(sources.takingSecretsAsGiven, file)
    }

    private static func read(_ sources: SettingsSources, _ file: SourceFile) throws(Broken) {
        let settings: Settings
        do throws(Mistakes) {
            settings = try SettingsReader.read(sources)
        } catch {
            for mistake in error.all {
                try Broken.unless(
                    mistake.place.line >= 1 && mistake.place.column >= 1,
                    "no such place: \(mistake.place)"
                )
                try hides("\(mistake)")
            }
            return
        }
        try Broken.unless(!settings.endpoints.isEmpty, "settings without an endpoint")
        try Broken.unless(
            settings.endpoints.allSatisfy { !$0.secrets.isEmpty },
            "an endpoint without a secret"
        )
        for line in settings.shown { try hides("\(line.name) \(line.value) \(line.origin)") }
        for warning in settings.warnings { try hides(warning) }
    }

    private static func hides(_ text: String) throws(Broken) {
        try Broken.unless(!text.contains("Canary"), "a secret is shown: \(text)")
    }
}
