import Mustache

/// Named values as the renderer takes them: reached by name, shown as nothing.
struct RenderedGroup: MustacheParent, MustacheCustomRenderable {
    /// The values by name.
    let values: [String: Any]

    /// Whether a section over it is left out for being nothing; it is something.
    var isNull: Bool { false }

    /// What a variable shows.
    var renderText: String { "" }

    /// The value of that name, or nil.
    func child(named name: String) -> Any? { values[name] }
}
