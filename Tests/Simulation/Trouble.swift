/// Why the simulation itself cannot go on; not a broken promise of Till's.
struct Trouble: Error, CustomStringConvertible {
    /// What is wrong.
    let description: String

    /// Makes it from what is wrong.
    init(_ description: String) {
        self.description = description
    }
}
