import Model
import YAMLTree

/// A setting's value as somebody wrote it.
struct GivenText {
    /// What was written.
    let text: String
    /// Where a mistake about it points.
    let place: SourcePlace
    /// The line shown with a mistake; nil lets the settings file show its own.
    let line: String?
    /// What `till config show` says of where it comes from.
    let origin: String
    /// The folder its paths are relative to.
    let base: String
    /// Whether it stands in the settings file.
    let isInFile: Bool

    /// The same with a part of its text.
    func with(text: String) -> GivenText {
        GivenText(
            text: text,
            place: place,
            line: line,
            origin: origin,
            base: base,
            isInFile: isInFile
        )
    }
}
