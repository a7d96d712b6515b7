/// A rule that an input broke.
struct Broken: Error, CustomStringConvertible {
    let description: String

    /// Makes it out of what was broken.
    init(_ description: String) {
        self.description = description
    }

    /// Throws unless the rule holds.
    static func unless(_ holds: Bool, _ rule: @autoclosure () -> String) throws(Broken) {
        if !holds { throw Broken(rule()) }
    }
}
