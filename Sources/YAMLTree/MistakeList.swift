package import Model

/// Where readers of one file note what is wrong and go on.
package final class MistakeList {
    /// The file the places are of.
    package let file: SourceFile
    /// What was noted so far.
    package private(set) var all: [Mistake] = []

    /// An empty list for that file.
    package init(_ file: SourceFile) {
        self.file = file
    }

    /// Notes a mistake.
    package func note(_ message: String, at place: SourcePlace) {
        all.append(file.mistake(message, at: place))
    }

    /// Takes over mistakes that were found elsewhere.
    package func take(_ mistakes: [Mistake]) {
        all += mistakes
    }

    /// Ends the reading when anything was noted.
    package func check() throws(Mistakes) {
        if let mistakes = Mistakes(ifAny: all) { throw mistakes }
    }
}
