/// One setting as `till config show` prints it.
package struct ShownSetting: Sendable, Hashable, Codable {
    /// Its dotted name, `mail.smtp.host`; list items carry a number, `endpoints.1.path`.
    package var name: String
    /// Its value; a secret is masked.
    package var value: String
    /// Where the value comes from.
    package var origin: String
    /// Whether a reload applies a change; otherwise a restart does.
    package var isLive: Bool

    /// Makes a line.
    package init(name: String, value: String, origin: String, isLive: Bool) {
        self.name = name
        self.value = value
        self.origin = origin
        self.isLive = isLive
    }
}
