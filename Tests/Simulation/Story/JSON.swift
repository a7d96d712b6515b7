/// A JSON object, written member by member.
struct JSON {
    private var members: [String] = []

    /// The object's text.
    var text: String { "{\(members.joined(separator: ","))}" }

    /// A text member; left out where there is none.
    func text(_ name: String, _ value: String?) -> JSON {
        guard let value else { return self }
        return raw(name, "\"\(value)\"")
    }

    /// A number.
    func number(_ name: String, _ value: Int64) -> JSON { raw(name, "\(value)") }

    /// True or false.
    func flag(_ name: String, _ value: Bool) -> JSON { raw(name, "\(value)") }

    /// An object.
    func object(_ name: String, _ value: JSON) -> JSON { raw(name, value.text) }

    private func raw(_ name: String, _ value: String) -> JSON {
        var copy = self
        copy.members.append("\"\(name)\":\(value)")
        return copy
    }
}
