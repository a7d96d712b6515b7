/// A place where a house rule is broken.
struct Finding: CustomStringConvertible, Equatable {
    /// The file, from the package's folder.
    let path: String
    /// The line, from 1.
    let line: Int
    /// Which rule, and what to do.
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// The findings as one text, a line each, so that a failing test shows all of them.
func list(_ findings: [Finding]) -> String {
    findings.map { "\n" + $0.description }.joined()
}
