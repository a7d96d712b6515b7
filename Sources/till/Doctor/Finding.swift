/// One thing that `till doctor` looked at.
struct Finding {
    /// How bad it is.
    enum Level: String {
        case ok
        /// Somebody should look when there is time.
        case warning
        /// Something is broken, or about to be.
        case bad
    }

    /// What was looked at.
    let check: String
    /// How bad it is.
    let level: Level
    /// What was found.
    let found: String
    /// What to do; nil where there is nothing.
    let advice: String?

    /// Says what was found, and what to do where that is not well.
    init(_ check: String, _ level: Level, _ found: String, advice: String? = nil) {
        self.check = check
        self.level = level
        self.found = found
        self.advice = advice
    }
}
