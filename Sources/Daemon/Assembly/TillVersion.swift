/// Which Till this is.
package enum TillVersion {
    /// What `till --version` prints.
    ///
    /// Source: CHANGELOG.md.
    package static let text = "0.1.0"
}
