import Model
import YAMLTree

extension SettingsSources {
    /// What stands in for a secret that need not be there.
    package static let givenSecret = "taken-as-given"

    /// The same sources with something behind every reference of the settings file.
    ///
    /// Why: a build server, and whoever rehearses, should not need to hold the secrets.
    package var takingSecretsAsGiven: SettingsSources {
        let variable = "TILL_TAKEN_AS_GIVEN"
        var sources = self
        var names = ["STRIPE_WEBHOOK_SECRET"]
        if let file, file.text.contains("${") {
            let text = file.text.replacing(#/\$\{file:[^}]*\}/#, with: "${env:\(variable)}")
            names += text.matches(of: #/\$\{env:([^}]*)\}/#).map { String($0.1) }
            sources.file = SourceFile(path: file.path, text: text)
        }
        for name in names where namedTexts[name, default: ""].isEmpty {
            sources.environment[name] = Self.givenSecret
        }
        return sources
    }
}
