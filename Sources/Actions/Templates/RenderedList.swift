import Mustache

/// A list as the renderer takes it: a section repeats over it, a variable shows its texts.
///
/// Why: of an array the renderer would show Swift's description, whose quotes end an attribute.
struct RenderedList: MustacheSequence, MustacheParent, MustacheCustomRenderable {
    /// Its items.
    let items: [Any]
    /// What a variable shows, escaped as the part needs it.
    let text: String

    /// Whether a section over it is left out for being nothing; it is something.
    var isNull: Bool { false }

    /// What a variable shows.
    var renderText: String { text }

    /// Nothing: a list has no names.
    ///
    /// Why: the renderer would look among these properties, and `{{items}}` is an array again.
    func child(named _: String) -> Any? { nil }

    func makeIterator() -> IndexingIterator<[Any]> { items.makeIterator() }
}
