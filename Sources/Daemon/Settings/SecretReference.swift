import Model

/// `${env:NAME}` or `${file:path}` as the whole of a text: how settings name a secret.
struct SecretReference {
    /// What stands between the braces.
    let name: String

    /// Takes a text apart; nil when it is not one reference and nothing else.
    init?(_ text: String) {
        guard text.hasPrefix("${env:") || text.hasPrefix("${file:"), text.hasSuffix("}"),
            !text.dropLast().contains("}")
        else { return nil }
        name = String(text.dropFirst(2).dropLast())
    }

    /// The secret, looked up in the environment, the credentials and files.
    func resolve(_ sources: SettingsSources, base: String) throws(SecretMistake) -> Secret {
        try SecretResolver.system(environment: sources.namedTexts, folder: base).secret(name)
    }
}
